package libro

import "ventanilla/internal/finance"

// person is somebody of the seed. All are invented: their DNI lie in a range
// nobody was given, their CURP carry no name's consonants, and their accounts
// are of a bank code no bank has. The check digits are right.
type person struct {
	id, given, family string
	country           finance.Country
	documents         map[finance.DocumentKind]string
	account           finance.AccountKind
	number            string
	phone             string
}

func people() []person {
	return append(argentines(), mexicans()...)
}

func argentine(id, given, family, dni, cuil, cbu, phone string) person {
	documents := map[finance.DocumentKind]string{finance.DNI: dni, finance.CUIL: cuil}
	return person{id, given, family, finance.AR, documents, finance.CBU, cbu, phone}
}

func mexican(id, given, family, curp, clabe, phone string) person {
	documents := map[finance.DocumentKind]string{finance.CURP: curp}
	return person{id, given, family, finance.MX, documents, finance.CLABE, clabe, phone}
}

func argentines() []person {
	return []person{
		argentine("c-1001", "Rosa", "Peralta", "99100345", "27991003458", "9990001840090418135201", "+5491155550101"),
		argentine("c-1002", "Bruno", "Díaz", "99112876", "20991128760", "9990001840090418214395", "+5491155550102"),
		argentine("c-1003", "Carla", "Méndez", "99125407", "27991254078", "9990001840090418293581", "+5491155550103"),
		argentine("c-1004", "Diego", "Sosa", "99137938", "20991379380", "9990001840090418372774", "+5491155550104"),
		argentine("c-1005", "Elena", "Ríos", "99150469", "27991504694", "9990001840090418451967", "+5491155550105"),
		argentine("c-1006", "Fabián", "Quiroga", "99163000", "20991630008", "9990001840090418531153", "+5491155550106"),
		argentine("c-1007", "Gabriela", "Núñez", "99175531", "23991755314", "9990001840090418610346", "+5491155550107"),
		argentine("c-1008", "Hugo", "Ledesma", "99188062", "20991880624", "9990001840090418689531", "+5491155550108"),
		argentine("c-1009", "Irene", "Acosta", "99200593", "27992005934", "9990001840090418768724", "+5491155550109"),
		argentine("c-1010", "Jorge", "Benítez", "99213124", "20992131242", "9990001840090418847917", "+5491155550110"),
		argentine("c-1011", "Lucía", "Ferreyra", "99225655", "27992256554", "9990001840090418927103", "+5491155550111"),
		argentine("c-1012", "Marcos", "Ibáñez", "99238186", "20992381869", "9990001840090419006296", "+5491155550112"),
		argentine("c-1013", "Noelia", "Paz", "99250717", "27992507174", "9990001840090419085482", "+5491155550113"),
		argentine("c-1014", "Óscar", "Villalba", "99263248", "20992632489", "9990001840090419164675", "+5491155550114"),
	}
}

func mexicans() []person {
	return []person{
		mexican("c-2001", "Itzel", "Hernández", "HEXI800110MNEXXX00", "999180026050783858", "+525555550001"),
		mexican("c-2002", "Javier", "Ortega", "OEXJ810211HNEXXX08", "999180026050863040", "+525555550002"),
		mexican("c-2003", "Karla", "Ramírez", "RAXK820312MNEXXX04", "999180026050942233", "+525555550003"),
		mexican("c-2004", "Luis Ángel", "Torres", "TOXL830413HNEXXX05", "999180026051021425", "+525555550004"),
		mexican("c-2005", "María Fernanda", "Cruz", "CUXM840514MNEXXX09", "999180026051100618", "+525555550005"),
		mexican("c-2006", "Nicolás", "Vega", "VEXN850615HNEXXX00", "999180026051179801", "+525555550006"),
		mexican("c-2007", "Olivia", "Salgado", "SAXO860716MNEXXX09", "999180026051258997", "+525555550007"),
		mexican("c-2008", "Pablo", "Cervantes", "CEXP870817HNEXXX09", "999180026051338189", "+525555550008"),
		mexican("c-2009", "Quetzalli", "Ramos", "RAXQ880918MNEXXX01", "999180026051417372", "+525555550009"),
		mexican("c-2010", "Ramón", "Estrada", "EAXR891019HNEXXX03", "999180026051496568", "+525555550010"),
	}
}
