package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"ventanilla/client/wire"
	"ventanilla/internal/channel/webchat"
	"ventanilla/internal/server"
)

func newCustomerToken() *cobra.Command {
	var data, ref, name, page string
	cmd := &cobra.Command{
		Use:   "customer-token",
		Short: "Sign a token that names a customer, as the lender's page does",
		Long: "Signs a token with the desk's key (HS256, good once and for five minutes). The lender's\n" +
			"server does the same with the key in DATA/customer-token.key; this command is for trying it.",
		Example: "  ventanilla customer-token --ref c-1001 --name \"Rosa Peralta\" --page http://127.0.0.1:8480/chat",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := server.TokenKey(data)
			if err != nil {
				return err
			}
			token, err := mint(key, ref, name, time.Now())
			if err != nil {
				return err
			}
			if page != "" {
				token = page + "#token=" + url.QueryEscape(token)
			}
			fmt.Fprintln(cmd.OutOrStdout(), token)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&data, "data", defaultData(), "folder of the desk's data")
	f.StringVar(&ref, "ref", "", "the customer's reference in the loan book, such as c-1001")
	f.StringVar(&name, "name", "", "what to call the customer")
	f.StringVar(&page, "page", "", "print the address of this chat page with the token in it")
	cobra.CheckErr(cmd.MarkFlagRequired("ref")) // the flag is defined above
	return cmd
}

// mint signs a token for a customer, good from now on.
func mint(key []byte, ref, name string, now time.Time) (string, error) {
	return webchat.MintToken(key, webchat.Claims{
		Audience: webchat.DefaultAudience, Subject: ref, Name: name, ID: wire.NewToken(),
		Issued: now, Expires: now.Add(webchat.TokenLife),
	})
}
