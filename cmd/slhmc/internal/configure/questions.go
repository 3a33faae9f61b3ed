package configure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
)

// question asks for a part of the configuration.
type question struct {
	text string
	// def returns the answer that leaves the draft as it is; "" with skip: it is not asked.
	def func(c *config.Config) (answer string, skip bool)
	// set returns what the words of an answer set.
	set func(c *config.Config, words []string) ([]config.Override, error)
}

// questions are those about the physics and the run.
var questions = []question{
	{
		text: "Extents of the lattice, 2 to 4 of them, time last",
		def:  func(c *config.Config) (string, bool) { return words(c.Lattice.Extents), false },
		set: func(_ *config.Config, words []string) ([]config.Override, error) {
			all := strings.Fields(strings.NewReplacer("x", " ", "[", " ", "]", " ", ",", " ").Replace(strings.Join(words, " ")))
			return []config.Override{{Key: "lattice.extents", Value: "[" + strings.Join(all, ", ") + "]"}}, nil
		},
	},
	{
		text: "Gauge group",
		def:  func(c *config.Config) (string, bool) { return c.Lattice.Group, false },
		set:  inOrder("lattice.group"),
	},
	{
		text: "Gauge action and beta (of the action rectangle, also c1)",
		def: func(c *config.Config) (string, bool) {
			answer := fmt.Sprint(c.Gauge.Action, " ", c.Gauge.Beta)
			if c.Gauge.Action == "rectangle" {
				answer += fmt.Sprint(" ", c.Gauge.C1)
			}
			return answer, false
		},
		set: func(c *config.Config, words []string) ([]config.Override, error) {
			if len(words) > 0 && words[0] == "rectangle" {
				return inOrder("gauge.action", "gauge.beta", "gauge.c1")(c, words)
			}
			return inOrder("gauge.action", "gauge.beta")(c, words)
		},
	},
	{
		text: "Quarks, a word for each flavour group: staggered, wilson, clover; or none",
		def: func(c *config.Config) (string, bool) {
			var all []string
			for _, q := range groups(c) {
				all = append(all, q.Action)
			}
			if len(all) == 0 {
				return none, false
			}
			return strings.Join(all, " "), false
		},
		set: quarks,
	},
	{
		text: "Of each flavour group mass or kappa, and flavours (clover: c_sw too), such as mass=0.3,flavours=4",
		def: func(c *config.Config) (string, bool) {
			var all []string
			for _, q := range groups(c) {
				word := massWord(q.Kappa, q.Mass)
				if q.Action == "clover" {
					word += fmt.Sprint(",c_sw=", q.CSW)
				}
				all = append(all, word+fmt.Sprint(",flavours=", q.Flavours))
			}
			return strings.Join(all, " "), len(all) == 0
		},
		set: func(c *config.Config, words []string) (set []config.Override, err error) {
			if len(words) != len(groups(c)) {
				return nil, fmt.Errorf("this takes a word for each of %d flavour groups, not %d (allowed: such as mass=0.3,flavours=4)", len(groups(c)), len(words))
			}
			for i, word := range words {
				more, err := pairs(fmt.Sprintf("quarks.%d.", i), word)
				if err != nil {
					return nil, err
				}
				set = append(set, more...)
			}
			return set, nil
		},
	},
	{
		text: "Trajectory: its length, and its steps (which take the place of levels)",
		def: func(c *config.Config) (string, bool) {
			if len(c.HMC.Levels) > 0 {
				return fmt.Sprint(c.HMC.Tau), false
			}
			return fmt.Sprint(c.HMC.Tau, " ", c.HMC.Steps), false
		},
		set: func(c *config.Config, words []string) ([]config.Override, error) {
			if len(words) == 1 && len(c.HMC.Levels) > 0 {
				return inOrder("hmc.tau")(c, words)
			}
			set, err := inOrder("hmc.tau", "hmc.steps")(c, words)
			return append([]config.Override{{Key: "hmc.levels"}}, set...), err
		},
	},
	{
		text: "Guide of SLHMC: its mass or kappa (of one flavour group; of several it sees the target's) and its layers (stout, ape, hyp, ode), or none",
		def:  func(c *config.Config) (string, bool) { return guideWords(c), len(groups(c)) == 0 },
		set:  guide,
	},
	{
		text: "Trajectories of the phases thermalise, train, hmc, slhmc (without a guide: thermalise, hmc)",
		def: func(c *config.Config) (string, bool) {
			if c.SLHMC == nil {
				return fmt.Sprint(c.Run.Thermalise, " ", c.Run.HMC), false
			}
			return fmt.Sprint(c.Run.Thermalise, " ", c.Run.Train, " ", c.Run.HMC, " ", c.Run.SLHMC), false
		},
		set: func(c *config.Config, words []string) ([]config.Override, error) {
			if c.SLHMC == nil {
				return inOrder("run.thermalise", "run.hmc")(c, words)
			}
			return inOrder("run.thermalise", "run.train", "run.hmc", "run.slhmc")(c, words)
		},
	},
}

// none is the answer for what is not to be there.
const none = "none"

// inOrder sets keys to the words.
func inOrder(keys ...string) func(*config.Config, []string) ([]config.Override, error) {
	return func(_ *config.Config, words []string) (set []config.Override, err error) {
		if len(words) != len(keys) {
			return nil, fmt.Errorf("this takes %d words, not %d (allowed: one for each of %s)", len(keys), len(words), strings.Join(keys, ", "))
		}
		for i, key := range keys {
			set = append(set, config.Override{Key: key, Value: value(words[i])})
		}
		return set, nil
	}
}

func groups(c *config.Config) []*config.Quarks {
	all, _ := c.Groups()
	return all
}

// quarks sets the flavour groups, with masses to be asked for next.
func quarks(c *config.Config, words []string) ([]config.Override, error) {
	if slices.Equal(words, []string{none}) {
		return []config.Override{{Key: "quarks"}}, nil
	}
	var all []string
	for _, action := range words {
		more := "mass = 0.1"
		switch action {
		case none:
			return nil, fmt.Errorf("none stands alone (allowed: none, or a word for each flavour group)")
		case "wilson":
			more = fmt.Sprintf("kappa = %g", 0.5/float64(c.Lattice.Dimensions())) // of free massless quarks
		case "clover":
			more = fmt.Sprintf("kappa = %g, c_sw = 1.0", 0.5/float64(c.Lattice.Dimensions()))
		}
		all = append(all, fmt.Sprintf("{ action = %q, %s }", action, more))
	}
	return []config.Override{{Key: "quarks", Value: "[" + strings.Join(all, ", ") + "]"}}, nil
}

func massWord(kappa, mass float64) string {
	if kappa != 0 {
		return fmt.Sprint("kappa=", kappa)
	}
	return fmt.Sprint("mass=", mass)
}

// pairs sets keys below a path to what a word such as mass=0.3,flavours=4 says; a bare
// number is a mass, which takes the place of kappa.
func pairs(path, word string) (set []config.Override, err error) {
	for pair := range strings.SplitSeq(word, ",") {
		key, text, ok := strings.Cut(pair, "=")
		if !ok {
			if _, err := strconv.ParseFloat(pair, 64); err != nil {
				return nil, fmt.Errorf("%q (allowed: a mass, or such as mass=0.3 or kappa=0.13, joined by commas)", pair)
			}
			key, text = "mass", pair
		}
		if text == "" {
			return nil, fmt.Errorf("%q has no value (allowed: such as mass=0.3)", pair)
		}
		if key == "mass" {
			set = append(set, config.Override{Key: path + "kappa"})
		}
		set = append(set, config.Override{Key: path + key, Value: value(text)})
	}
	return set, nil
}

// value writes a word as TOML has it: .3 and 1. lack a digit there.
func value(word string) string {
	if _, err := strconv.ParseFloat(word, 64); err != nil {
		return word
	}
	sign, digits := "", word
	if strings.ContainsAny(word[:1], "+-") {
		sign, digits = word[:1], word[1:]
	}
	if strings.HasPrefix(digits, ".") {
		digits = "0" + digits
	}
	if strings.HasSuffix(digits, ".") {
		digits += "0"
	}
	return sign + digits
}

// words writes integers as an answer.
func words(all []int) string { return strings.Trim(fmt.Sprint(all), "[]") }
