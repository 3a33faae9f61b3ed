package verify

import "io"

func (r Report) WriteHTML(w io.Writer) error { return r.WriteText(w) }
