package desk

import (
	"errors"
	"fmt"
	"strings"

	"ventanilla/client/wire"
)

// Error separates what a person may read from what only the log may hold. Kind
// and Code travel on the wire; Err never does.
type Error struct {
	Kind wire.Kind
	Code string // a row of sentences
	Args []any  // what the sentence names: ids, counts and colleagues' names only
	Err  error  // the cause; logged, never sent
	// Newest goes with [wire.CodeStale], as in the outcome.
	Newest uint64
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Code
	}
	return fmt.Sprintf("%s: %v", e.Code, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

func refuse(kind wire.Kind, code string, args ...any) error {
	return &Error{Kind: kind, Code: code, Args: args}
}

// Revoked reports whether an error says that an administrator took a session back,
// rather than that it ran out.
func Revoked(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == "revoked"
}

// sentences says each refusal in Spanish and English, in that order.
var sentences = map[string][2]string{
	"internal":        {"Algo falló en la mesa. Lo que escribiste no se perdió: probá de nuevo.", "Something failed at the desk. What you wrote is not lost: try again."},
	"unavailable":     {"La mesa no puede guardar ahora. Se reintenta solo.", "The desk cannot save right now. It will be tried again."},
	"disk_full":       {"La mesa no puede guardar: su disco está lleno. Lo que escribís espera acá y sale solo cuando haya lugar. Avisá a quien la administra.", "The desk cannot save: its disk is full. What you write waits here and goes by itself when there is room. Tell whoever runs it."},
	"disk_readonly":   {"La mesa no puede guardar: su disco no se deja escribir. Lo que escribís espera acá y sale solo cuando se pueda. Avisá a quien la administra.", "The desk cannot save: its disk cannot be written to. What you write waits here and goes by itself when it can. Tell whoever runs it."},
	"disk_damaged":    {"La mesa no puede leer o guardar esto: sus datos o su disco están dañados. Lo que escribís espera acá. Quien la administra tiene que revisar el disco y reiniciarla, o restaurar una copia.", "The desk cannot read or save this: its data or its disk is damaged. What you write waits here. Whoever runs it has to check the disk and restart it, or restore a backup."},
	"unknown_command": {"Esta mesa no conoce esa orden.", "This desk does not know that command."},
	"unknown_ask":     {"Esta mesa no conoce esa consulta.", "This desk does not know that question."},
	"bad_frame":       {"El mensaje no se entiende.", "The frame could not be understood."},
	"too_large":       {"El mensaje es demasiado grande.", "The frame is too large."},
	"no_right":        {"Tu rol no permite hacer eso.", "Your role does not allow that."},
	"no_conversation": {"No hay tal conversación, o no es tuya para ver.", "There is no such conversation, or it is not yours to see."},
	"no_agent":        {"No hay tal agente.", "There is no such agent."},
	"no_queue":        {"No hay tal cola.", "There is no such queue."},
	"agent_cannot":    {"%s no puede atender conversaciones de esta cola.", "%s cannot serve conversations of this queue."},
	"taken":           {"La tiene %s.", "%s has it."},
	"not_yours":       {"No es tuya: tomala primero.", "It is not yours: take it first."},
	"stale":           {"Llegó algo nuevo mientras escribías: miralo antes de enviar.", "Something new came while you wrote: look at it before you send."},
	"is_resolved":     {"Ya está resuelta.", "It is already resolved."},
	"not_resolved":    {"No está resuelta ni pospuesta.", "It is neither resolved nor snoozed."},
	"empty_text":      {"No hay nada escrito.", "There is nothing written."},
	"long_text":       {"Tiene más de %d caracteres.", "It has more than %d characters."},
	"bad_text":        {"El texto no es UTF-8 válido.", "The text is not valid UTF-8."},
	"no_reason":       {"Falta el motivo.", "The reason is missing."},
	"one_target":      {"Elegí un agente o una cola, no los dos.", "Choose an agent or a queue, not both."},
	"bad_disposition": {"Esa tipificación no existe.", "There is no such disposition."},
	"bad_until":       {"La hora tiene que estar entre un minuto y un año desde ahora.", "The time must be between a minute and a year from now."},
	"bad_priority":    {"Esa prioridad no existe.", "There is no such priority."},
	"bad_tag":         {"Una etiqueta tiene entre 1 y %d caracteres, y hay como mucho %d.", "A tag has 1 to %d characters, and there are at most %d."},
	"bad_state":       {"Ese estado no existe, o falta el motivo de la pausa.", "There is no such state, or the reason of the break is missing."},
	"bad_search":      {"Escribí al menos una palabra para buscar.", "Write at least one word to search for."},
	"slow_search":     {"Esa búsqueda tarda demasiado: agregá palabras.", "That search takes too long: add words."},
	"watching_many":   {"Se pueden seguir %d conversaciones a la vez.", "%d conversations can be watched at once."},
	"no_context":      {"El contexto de este cliente no es tuyo para ver.", "This customer's context is not yours to see."},
	"context_down":    {"La fuente del contexto no responde.", "The source of the context does not answer."},
	"bad_login":       {"El usuario o la contraseña no son correctos.", "The user or the password is not right."},
	"many_logins":     {"Son muchos intentos. Esperá un minuto.", "That is many attempts. Wait a minute."},
	"no_subprotocol":  {"Falta el subprotocolo ventanilla.v1.", "The subprotocol ventanilla.v1 is missing."},
	"revoked":         {"Quien administra la mesa cerró esta sesión.", "Whoever runs the desk ended this session."},
	"signed_out":      {"La sesión terminó: volvé a entrar.", "The session has ended: sign in again."},
	"busy":            {"La mesa está muy cargada. Probá en unos segundos.", "The desk is very busy. Try in a few seconds."},
	"bad_ticket":      {"El permiso de entrada venció. Se pide otro solo.", "The ticket has expired. Another is asked for."},
}

// Explain reduces any error to what may leave the process, in the language of a
// locale such as "es-AR"; anything but English is answered in Spanish.
func Explain(err error, locale string) *wire.Refusal {
	e, ok := errors.AsType[*Error](err)
	switch {
	case ok:
	case errors.Is(err, ErrDamaged): // met while reading
		e = &Error{Kind: wire.Busy, Code: "disk_damaged"}
	default:
		e = &Error{Kind: wire.Internal, Code: "internal"}
	}
	language := 0
	if strings.HasPrefix(strings.ToLower(locale), "en") {
		language = 1
	}
	return &wire.Refusal{Kind: e.Kind, Code: e.Code, Text: fmt.Sprintf(sentences[e.Code][language], e.Args...)}
}

// Refusal makes the refusal of a code directly, for the ends that refuse before
// the desk is asked.
func Refusal(kind wire.Kind, code, locale string) *wire.Refusal {
	return Explain(refuse(kind, code), locale)
}
