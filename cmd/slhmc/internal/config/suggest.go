package config

import "strings"

// nearest returns the candidate that a typing error most likely meant: the one at
// the least edit distance, letter case aside, if a third of its letters or fewer
// differ.
func nearest(word string, candidates []string) (string, bool) {
	best, least := "", -1
	for _, c := range candidates {
		d := editDistance(strings.ToLower(word), strings.ToLower(c))
		if d <= (len(c)+2)/3 && (least < 0 || d < least) {
			best, least = c, d
		}
	}
	return best, least >= 0
}

// editDistance is the least number of letters to insert, delete or replace, or of
// neighbours to swap, that turns a into b (optimal string alignment).
func editDistance(a, b string) int {
	const tooLong = 64 // longer than any name here; keeps a pathological key cheap
	if len(a) > tooLong {
		return tooLong
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			replace := above[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
