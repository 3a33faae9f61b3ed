package config

import "reflect"

// Parse reads a configuration: the text of a file, then the overrides in their
// order (the last one of a key wins), completed by the defaults of the table.
// File is the name that errors show.
//
// Errors: [Problems], with everything that is wrong; where the text is not TOML,
// with the first place of that and with what is wrong before it.
//
// A program's own actions have tables too, [actions.NAME].
func Parse(file string, data []byte, overrides []Override, own ...Action) (*Config, error) {
	d := readDocument(data)
	r := &reader{root: d.root, cfg: &Config{own: own}, keys: keys(table).with(own), wrong: d.wrong, bad: map[string]bool{}}
	gather(d.root)
	for i, o := range overrides {
		r.wrong = append(r.wrong, o.apply(d.root, i+1)...)
		gather(d.root)
	}
	r.table("", d.root, reflect.ValueOf(r.cfg).Elem())
	if !d.fatal {
		r.complete("", reflect.ValueOf(r.cfg).Elem())
		r.check()
	}
	if len(r.wrong) > 0 {
		return nil, problems(file, overrides, r.wrong)
	}
	if len(r.cfg.Actions) == 0 {
		r.cfg.Actions = nil
	}
	return r.cfg, nil
}
