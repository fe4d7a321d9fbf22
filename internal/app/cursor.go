package app

import (
	"hash/crc32"
	"strconv"

	"kept/internal/desk"
)

// cursorOf names the place behind the row with this id in a list by id. It carries a check, so that a cursor that
// was cut or retyped is refused and never taken for the end of the list.
func cursorOf[T ~int64](id T) string {
	n := uint64(id)
	return strconv.FormatUint(n, 36) + "-" + strconv.FormatUint(uint64(cursorCheck(n)), 36)
}

// readCursorOf gives the id of a cursor, zero for none; Invalid "cursor.invalid" at field "after".
func readCursorOf[T ~int64](s string) (T, error) {
	if s == "" {
		return 0, nil
	}
	for i := range s {
		if s[i] != '-' {
			continue
		}
		n, err := strconv.ParseUint(s[:i], 36, 63)
		if err == nil && s == cursorOf(T(n)) {
			return T(n), nil
		}
	}
	return 0, desk.Fields{{Field: "after", Code: "cursor.invalid", Message: "That cursor is not one of ours."}}.Err()
}

func cursorCheck(n uint64) uint16 {
	return uint16(crc32.ChecksumIEEE(strconv.AppendUint(nil, n, 36)))
}
