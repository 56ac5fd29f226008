// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// errEncoding is returned for text that a file's encoding cannot hold.
var errEncoding = errors.New("the file's encoding cannot hold this text")

// codec converts between the bytes of a file and UTF-8. Nothing is guessed: bytes that are no text in the encoding
// that the file names become U+FFFD and are a defect, and what the encoding cannot hold is not written.
type codec struct {
	name    string            // as the file writes it, empty if it does not
	table   encoding.Encoding // nil for UTF-8 and what is not known
	ascii   bool              // ASCII alone: no other byte is text
	unknown bool              // of a name that says nothing to us
	shifts  bool              // bytes below 0x80 may be other than ASCII
}

// tables are the encodings in which VMware's products write a .vmx, by the names that they know them by: those of IANA,
// of ICU and, with "windows-" before it, the number of the Windows code page. Names are compared by letters and digits.
var tables = []struct {
	table encoding.Encoding
	names string
}{
	{charmap.ISO8859_1, "iso88591 iso885911987 isoir100 latin1 l1 ibm819 cp819 csisolatin1 88591 819 windows28591"},
	{charmap.ISO8859_2, "iso88592 iso885921987 isoir101 latin2 l2 csisolatin2 ibm912 cp912 88592 912 windows28592"},
	{charmap.ISO8859_3, "iso88593 iso885931988 isoir109 latin3 l3 csisolatin3 ibm913 cp913 88593 913 windows28593"},
	{charmap.ISO8859_4, "iso88594 iso885941988 isoir110 latin4 l4 csisolatin4 ibm914 cp914 88594 914 windows28594"},
	{charmap.ISO8859_5, "iso88595 iso885951988 isoir144 cyrillic csisolatincyrillic ibm915 cp915 88595 915 windows28595"},
	{charmap.ISO8859_6, "iso88596 iso885961987 isoir127 ecma114 asmo708 arabic csisolatinarabic ibm1089 cp1089 88596 windows28596 " +
		"windows708"},
	{charmap.ISO8859_7, "iso88597 iso885971987 isoir126 elot928 ecma118 greek greek8 csisolatingreek ibm9005 windows28597"},
	{charmap.ISO8859_8, "iso88598 iso885981988 isoir138 hebrew hebrew8 csisolatinhebrew ibm5012 88598 windows28598"},
	{charmap.ISO8859_9, "iso88599 iso885991989 isoir148 latin5 l5 csisolatin5 ibm920 cp920 88599 920 ecma128 turkish turkish8 " +
		"windows28599"},
	{charmap.ISO8859_10, "iso885910 iso8859101992 isoir157 latin6 l6 csisolatin6"},
	{charmap.ISO8859_13, "iso885913 ibm921 cp921 885913 921 windows28603"},
	{charmap.ISO8859_14, "iso885914 isoir199 latin8 l8 isoceltic"},
	{charmap.ISO8859_15, "iso885915 latin9 l9 ibm923 cp923 885915 923 csisolatin9 windows28605"},
	{charmap.ISO8859_16, "iso885916 isoir226 latin10 l10"},
	{charmap.Windows874, "windows874 windows8742000 tis620 ms874 cp874 ibm874"},
	{charmap.Windows1250, "windows1250 cp1250 ibm1250 ibm5346"},
	{charmap.Windows1251, "windows1251 cp1251 ibm1251 ibm5347 ansi1251"},
	{charmap.Windows1252, "windows1252 cp1252 ibm1252 ibm5348"},
	{charmap.Windows1253, "windows1253 cp1253 ibm1253 ibm5349"},
	{charmap.Windows1254, "windows1254 cp1254 ibm1254 ibm5350"},
	{charmap.Windows1255, "windows1255 cp1255 ibm9447 ibm5351"},
	{charmap.Windows1256, "windows1256 cp1256 ibm9448 ibm5352"},
	{charmap.Windows1257, "windows1257 cp1257 ibm9449 ibm5353"},
	{charmap.Windows1258, "windows1258 cp1258 ibm1258 ibm5354"},
	{charmap.CodePage437, "ibm437 cp437 437 cspc8codepage437 windows437"},
	{charmap.CodePage850, "ibm850 cp850 850 cspc850multilingual windows850"},
	{charmap.CodePage852, "ibm852 cp852 852 cspcp852 windows852"},
	{charmap.CodePage855, "ibm855 cp855 855 csibm855 cspcp855 windows855"},
	{charmap.CodePage858, "ibm00858 ccsid00858 cp00858 ibm858 cp858 windows858"},
	{charmap.CodePage862, "ibm862 cp862 862 cspc862latinhebrew dos862 windows862"},
	{charmap.CodePage866, "ibm866 cp866 866 csibm866 windows866"},
	{charmap.KOI8R, "koi8r cskoi8r koi8 cp878 ibm878 windows20866"},
	{charmap.KOI8U, "koi8u ibm1168 windows21866"},
	{japanese.ShiftJIS, "shiftjis mskanji csshiftjis ibm943 ibm943c cp943 cp943c 943 ibm943p15a2003 ibm943p1301999 xsjis " +
		"xmscp932 cp932 ms932 pck sjis windows932 windows31j cswindows31j"},
	{japanese.EUCJP, "eucjp xeucjp eucjis ujis ibm954 cseucpkdfmtjapanese windows20932 windows51932"},
	{japanese.ISO2022JP, "iso2022jp csiso2022jp windows50220 windows50221 windows50222"},
	{korean.EUCKR, "windows949 windows9492000 ms949 cp949 ksc56011987 ksc56011989 ksc5601 csksc56011987 korean isoir149 " +
		"euckr cseuckr ibmeuckr ibm970 cp970 ibm1363 cp1363 ibm1363p11b1998 ksc 5601 windows51949"},
	{simplifiedchinese.GBK, "gbk cp936 ms936 windows936 windows9362000 ibm1386 cp1386 gb2312 csgb2312 euccn ibmeuccn " +
		"windows20936 windows51936"},
	{simplifiedchinese.GB18030, "gb18030 ibm1392 windows54936"},
	{simplifiedchinese.HZGB2312, "hzgb2312 hz windows52936"},
	{traditionalchinese.Big5, "big5 csbig5 xbig5 windows950 windows9502000 ms950 cp950 ibm1373 ibm1373p1002002"},
}

const (
	namesOfUTF8  = "utf8 windows65001 cp1208 ibm1208"
	namesOfASCII = "usascii ascii us ansix341968 ansix341986 iso646irv1991 iso646us isoir6 ibm367 cp367 csascii 646 ascii7 windows20127"
)

// shifting are the encodings that write other characters with the bytes of ASCII.
var shifting = []encoding.Encoding{japanese.ISO2022JP, simplifiedchinese.HZGB2312}

var byName = func() map[string]codec {
	known := map[string]codec{}
	for _, t := range tables {
		for name := range strings.FieldsSeq(t.names) {
			known[name] = codec{table: t.table, shifts: slices.Contains(shifting, t.table)}
		}
	}
	for name := range strings.FieldsSeq(namesOfUTF8) {
		known[name] = codec{}
	}
	for name := range strings.FieldsSeq(namesOfASCII) {
		known[name] = codec{ascii: true}
	}
	return known
}()

// codecOf is the codec that a file names.
func codecOf(name string) codec {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	c, ok := byName[plain]
	if !ok {
		c.unknown = name != ""
	}
	c.name = name
	return c
}

// decode returns the text of bytes, and whether they are text.
func (c codec) decode(s string) (string, bool) {
	switch {
	case isASCII(s) && !c.shifts:
		return s, true
	case c.ofBytes() != nil:
		text := decodeBytes(c.ofBytes(), s)
		return text, !strings.ContainsRune(text, utf8.RuneError)
	case c.table != nil:
		text, err := c.table.NewDecoder().String(s)
		// No encoding of these but GB 18030 has U+FFFD as a character of its own.
		return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
	case c.unknown || c.ascii:
		return strings.Map(func(r rune) rune {
			if r >= utf8.RuneSelf {
				return utf8.RuneError
			}
			return r
		}, s), false
	}
	return strings.ToValidUTF8(s, "\ufffd"), utf8.ValidString(s)
}

func (c codec) encode(text string) (string, error) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", errEncoding
	case isASCII(text) && !c.shifts:
		return text, nil
	case c.unknown || c.ascii:
		return "", errEncoding
	case c.table == nil:
		return text, nil
	}
	if m := c.ofBytes(); m != nil {
		return encodeBytes(m, text)
	}
	s, err := c.table.NewEncoder().String(text)
	if err != nil {
		return "", errEncoding
	}
	// Some characters are written as a similar one, and some as bytes that VMware takes for the end of the text.
	if back, ok := c.decode(s); !ok || back != text || strings.IndexByte(s, 0) >= 0 {
		return "", errEncoding
	}
	return s, nil
}

// ofBytes is the table of an encoding in which each byte is a character.
func (c codec) ofBytes() *charmap.Charmap {
	m, _ := c.table.(*charmap.Charmap)
	return m
}

// decodeBytes leaves the bytes from 0x80 to 0x9f that a code page does not use what they are elsewhere, control
// characters: so do Windows and VMware.
func decodeBytes(m *charmap.Charmap, s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		r := m.DecodeByte(c)
		if r == utf8.RuneError && c < 0xa0 {
			r = rune(c)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func encodeBytes(m *charmap.Charmap, text string) (string, error) {
	var b strings.Builder
	for _, r := range text {
		c, ok := m.EncodeRune(r)
		if !ok && r >= 0x80 && r < 0xa0 && m.DecodeByte(byte(r)) == utf8.RuneError {
			c, ok = byte(r), true
		}
		if !ok {
			return "", errEncoding
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Spellings write a text in each of the encodings, UTF-8 first; '?' stands for a letter that an encoding lacks.
func Spellings() []func(text string) string {
	all := []func(string) string{func(text string) string { return text }}
	for _, t := range tables {
		c := codec{table: t.table, shifts: slices.Contains(shifting, t.table)}
		if c.shifts {
			continue // no program writes paths in them
		}
		all = append(all, func(text string) string {
			var b strings.Builder
			for _, r := range text {
				letter, err := c.encode(string(r))
				if err != nil {
					letter = "?"
				}
				b.WriteString(letter)
			}
			return b.String()
		})
	}
	return all
}
