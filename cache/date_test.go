package cache

import (
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	noon := time.Date(2050, 8, 18, 2, 1, 18, 0, time.UTC)
	rows := []struct {
		name, text string
		want       time.Time // zero: invalid
	}{
		{"5.6.7 IMF-fixdate", "Thu, 18 Aug 2050 02:01:18 GMT", noon},
		{"5.6.7 RFC 850", "Thursday, 18-Aug-50 02:01:18 GMT", noon},
		{"5.6.7 asctime", "Thu Aug 18 02:01:18 2050", noon},
		{"5.6.7 asctime, one digit", "Sun Nov  6 08:49:37 1994", time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)},
		{"5.6.7 RFC 850, 50 years ahead", "Monday, 23-Nov-76 00:00:00 GMT", time.Date(2076, 11, 23, 0, 0, 0, 0, time.UTC)},
		{"5.6.7 RFC 850, more than 50 years ahead", "Thursday, 25-Nov-76 00:00:00 GMT", time.Date(1976, 11, 25, 0, 0, 0, 0, time.UTC)},
		{"5.6.7 RFC 850, another century than ours", "Sunday, 06-Nov-94 08:49:37 GMT", time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)},
		{"5.6.7 RFC 850, the year 70", "Friday, 01-Jan-70 00:00:00 GMT", time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"4.2 weekday in another case", "THU, 18 Aug 2050 02:01:18 GMT", noon},
		{"4.2 month in another case", "Thu, 18 AUG 2050 02:01:18 GMT", noon},
		{"4.2 zone in another case", "Thu, 18 Aug 2050 02:01:18 gMT", noon},
		{"spaces around", " \tThu, 18 Aug 2050 02:01:18 GMT ", noon},
		{"the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"4.2 UTC", "Thu, 18 Aug 2050 02:01:18 UTC", time.Time{}},
		{"4.2 another zone", "Thu, 18 Aug 2050 02:01:18 AEST", time.Time{}},
		{"4.2 RFC 850 in another zone", "Thursday, 18-Aug-50 02:01:18 EST", time.Time{}},
		{"no zone", "Thu, 18 Aug 2050 02:01:18", time.Time{}},
		{"an offset", "Thu, 18 Aug 2050 02:01:18 +0000", time.Time{}},
		{"two-digit year in the wrong format", "Thu, 18 Aug 50 02:01:18 GMT", time.Time{}},
		{"four-digit year in the wrong format", "Thursday, 18-Aug-2050 02:01:18 GMT", time.Time{}},
		{"no comma", "Thu 18 Aug 2050 02:01:18 GMT", time.Time{}},
		{"several spaces", "Thu, 18  Aug  2050 02:01:18 GMT", time.Time{}},
		{"dashes", "Thu, 18-Aug-2050 02:01:18 GMT", time.Time{}},
		{"periods", "Thu, 18 Aug 2050 02.01.18 GMT", time.Time{}},
		{"one-digit hour", "Thu, 18 Aug 2050 2:01:18 GMT", time.Time{}},
		{"no weekday", "18 Aug 2050 02:01:18 GMT", time.Time{}},
		{"no such day", "Wed, 30 Feb 2050 02:01:18 GMT", time.Time{}},
		{"0", "0", time.Time{}},
		{"-1", "-1", time.Time{}},
		{"nothing", "", time.Time{}},
		{"only a zone", " GMT", time.Time{}},
		{"ISO 8601", "2050-08-18T02:01:18Z", time.Time{}},
		{"two in one line", "Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT", time.Time{}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, ok := parseDate(row.text, now)
			if ok != !row.want.IsZero() || ok && !got.Equal(row.want) {
				t.Errorf("parseDate(%q) = %v, %v; want %v", row.text, got, ok, row.want)
			}
		})
	}
}

func TestParseDateInAnotherCentury(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	got, ok := parseDate("Friday, 01-Jan-60 00:00:00 GMT", now)
	if want := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC); !ok || !got.Equal(want) {
		t.Errorf("60 in the year 2000 is %v, %v; want %v", got, ok, want)
	}
}

func TestInitialAge(t *testing.T) {
	received := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	date := func(ago time.Duration) string {
		return "Date: " + received.Add(-ago).Format("Mon, 02 Jan 2006 15:04:05 GMT")
	}
	const delay = 2 * time.Second
	rows := []struct {
		name string
		f    Fields
		want time.Duration
	}{
		{"nothing given: the delay alone", nil, delay},
		{"4.2.3 an old Date", wire(date(10 * time.Second)), 10 * time.Second},
		{"4.2.3 a Date in the future", wire(date(-time.Hour)), delay},
		{"4.2.3 Age and the delay", wire(date(0), "Age: 30"), 32 * time.Second},
		{"4.2.3 the larger: Date", wire(date(time.Minute), "Age: 30"), time.Minute},
		{"6.6.1 an unreadable Date is the receipt", wire("Date: yesterday", "Age: 5"), 7 * time.Second},
		{"5.1 the first of several members", wire("Age: 7200, 0"), 7202 * time.Second},
		{"5.1 the first of several members, 0", wire("Age: 0,7200"), delay},
		{"5.1 the first of several lines", wire("Age: 0", "Age: 7200"), delay},
		{"5.1 no number", wire("Age: abc"), delay},
		{"5.1 the first member no number", wire("Age: abc, 7200"), delay},
		{"5.1 negative", wire("Age: -7200"), delay},
		{"5.1 fractional", wire("Age: 7200.0"), delay},
		{"5.1 with a parameter", wire("Age: 7200;foo=bar"), delay},
		{"5.1 empty", wire("Age: "), delay},
		{"1.2.2 overflow", wire("Age: 99999999999999999999"), maxDelta},
		{"a Date in the year 1", wire("Date: Mon, 01 Jan 0001 00:00:00 GMT"), maxDelta},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := initialAge(row.f, received.Add(-delay), received); got != row.want {
				t.Errorf("initialAge(%q) = %v, want %v", row.f, got, row.want)
			}
		})
	}
	t.Run("a clock that went back during the request", func(t *testing.T) {
		if got := initialAge(nil, received.Add(time.Hour), received); got != 0 {
			t.Errorf("initialAge = %v, want 0", got)
		}
	})
}
