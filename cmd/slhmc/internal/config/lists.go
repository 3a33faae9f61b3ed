package config

import (
	"reflect"
	"slices"
	"strconv"
)

// gather makes lists of what stands for a list of tables: a table where the Config has a
// list is its only element, and one with the keys 0, 1, … (as --set names them) is
// that list. Keys of former versions come to where they are now.
func gather(root *node) {
	moveFormer(root)
	gatherIn(root, reflect.TypeFor[Config]())
}

func gatherIn(n *node, t reflect.Type) {
	for i, name := range names(t) {
		child, f := n.fields[name], t.Field(i).Type
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		switch {
		case child == nil:
		case f.Kind() == reflect.Struct && child.isTable:
			gatherIn(child, f)
		case f.Kind() == reflect.Slice && f.Elem().Kind() == reflect.Struct:
			if child.isTable {
				list := &node{path: child.path, at: child.at, key: child.key, kind: "list", isList: true, items: elements(child)}
				n.set(name, list)
				child = list
			}
			for _, item := range child.items {
				if item.isTable {
					gatherIn(item, f.Elem())
				}
			}
		}
	}
}

// elements returns those of the list that a table stands for.
func elements(table *node) (items []*node) {
	for i := range table.names {
		item := table.fields[strconv.Itoa(i)]
		if item == nil || !item.isTable {
			return []*node{table}
		}
		items = append(items, item)
	}
	return items
}

// former holds the keys of the guide's only flavour group as they were called before
// there were several, beside train_mass and train_coefficient.
var former = []string{TrainMass, TrainCoefficient}

// moveFormer carries them to the only element of slhmc.quarks. What stands there already
// is not overwritten by the same file.
func moveFormer(root *node) {
	guide := root.fields["slhmc"]
	if guide == nil || !guide.isTable {
		return
	}
	seen := guide.fields["quarks"]
	if seen == nil {
		seen = newTable("slhmc.quarks", guide.at)
	} else if one := seen.single(""); one != nil {
		seen = one
	}
	if !seen.isTable {
		return
	}
	for _, name := range former {
		n, old := guide.fields[name], seen.fields[name]
		if n != nil && (old == nil || n.key.set > 0) {
			guide.unset([]string{name})
			seen.set(name, n)
		}
		key := "train_" + name
		if n := guide.fields[key]; n != nil {
			guide.unset([]string{key})
			if yes, isBool := n.value.(bool); isBool {
				n = trained(seen.fields["train"], name, yes, n)
			}
			seen.set("train", n)
		}
	}
	if guide.fields["quarks"] == nil && len(seen.names) > 0 {
		guide.set("quarks", seen)
	}
}

// trained returns a list of what is trained with a name in it or not.
func trained(list *node, name string, yes bool, at *node) *node {
	n := &node{path: "slhmc.quarks.train", at: at.at, key: at.key, kind: "list", isList: true}
	if list != nil {
		n.items = slices.DeleteFunc(slices.Clone(list.items), func(item *node) bool { return item.value == name })
	}
	if yes {
		n.items = append(n.items, &node{path: index(n.path, len(n.items)), at: at.at, key: at.key, kind: "string", value: name, text: strconv.Quote(name)})
	}
	return n
}

// single returns the only element of a list of tables, for a key without a number; nil if
// there is none such.
func (n *node) single(part string) *node {
	if _, err := strconv.Atoi(part); err == nil || !n.isList || len(n.items) != 1 || !n.items[0].isTable {
		return nil
	}
	return n.items[0]
}
