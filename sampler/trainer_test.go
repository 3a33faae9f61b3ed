package sampler_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// given is a loss with a gradient and an error of its own.
type given struct {
	loss     float64
	gradient []float64
	err      error
}

func (given) Name() string { return "given" }

func (l given) Gradient(g []float64, _ sampler.Trainable, _ action.Action, _, _ *gauge.Field) (float64, error) {
	for k := range l.gradient {
		g[k] += l.gradient[k]
	}
	return l.loss, l.err
}

func (r *rig) trainer(l sampler.Loss, o *sampler.Optimizer) *sampler.Trainer {
	return &sampler.Trainer{Guide: r.guide, Target: r.quark, Sampled: r.sampled, Loss: l, Optimizer: o}
}

// A step of rate one moves by the gradient, or by its direction times Clip if that
// is shorter; the record has the norm before clipping.
func TestTrainerClips(t *testing.T) {
	gradient := []float64{3, 0, -4, 0, 0, 0, 0, 12} // norm 13
	for clip, scale := range map[float64]float64{0: 1, 13: 1, 100: 1, 6.5: 0.5, 1: 1. / 13} {
		r := su2(t)
		before := r.theta()
		tr := r.trainer(given{2, gradient, nil}, sampler.NewSGD(1))
		tr.Clip = clip
		for range 2 { // the gradient does not pile up
			got, err := tr.Step(r.u, r.u, rng.New(1), 0)
			require.NoError(t, err)
			assert.Equal(t, sampler.Training{Loss: 2, GradNorm: 13}, got)
		}
		for k, x := range r.theta() {
			assert.InDelta(t, before[k]-2*scale*gradient[k], x, 1e-14, "clip %v, parameter %d", clip, k)
		}
	}
}

// What is not finite, or failed, is an error that leaves the parameters alone.
func TestTrainerRefuses(t *testing.T) {
	failure := errors.New("no solution")
	for name, c := range map[string]struct {
		loss given
		want string
	}{
		"nan":    {given{1, []float64{0, math.NaN()}, nil}, "gradient of the given loss is not finite"},
		"inf":    {given{1, []float64{math.Inf(-1)}, nil}, "gradient of the given loss is not finite"},
		"square": {given{1, []float64{1e300, 1e300, 1.7e308, 1.7e308}, nil}, "gradient of the given loss is not finite"},
		"failed": {given{1, []float64{1}, failure}, "no solution"},
	} {
		r := su2(t)
		before := r.theta()
		_, err := r.trainer(c.loss, sampler.NewSGD(1)).Step(r.u, r.u, rng.New(1), 0)
		require.ErrorContains(t, err, c.want, name)
		assert.Equal(t, before, r.theta(), name)
	}
}

// witness is a loss that remembers what it was shown.
type witness struct{ shown []sight }

type sight struct {
	phi        []complex128
	start, end []float64
}

func (*witness) Name() string { return "witness" }

func (w *witness) Gradient(_ []float64, _ sampler.Trainable, target action.Action, start, end *gauge.Field) (float64, error) {
	w.shown = append(w.shown, sight{verify.Vector(target.(*action.TwoFlavour).Phi()), start.Export(nil), end.Export(nil)})
	return float64(len(w.shown)), nil
}

// On line, training sees the trajectory that was just made. In batch mode it sees
// the newest Keep ones with their pseudofermions bit for bit, which are drawn again
// and not stored, all of them sooner or later and no older one; the loss is the
// mean over the batch.
func TestTrainerShows(t *testing.T) {
	const trajectories, keep, batch = 12, 3, 3
	r, twin := su2(t), su2(t) // the second one trains, so that the first keeps its phi
	s, sTwin := r.hmc(t), twin.hmc(t)
	stream := rng.New(3).Child("run")
	online, batches := &witness{}, &witness{}
	trOnline, trBatch := r.trainer(online, sampler.NewSGD(0)), twin.trainer(batches, sampler.NewSGD(0))
	trBatch.Batch, trBatch.Keep = batch, keep
	var made []sight
	seen, ages := map[int]bool{}, map[int]bool{}
	for n := range uint64(trajectories) {
		tr, err := s.Step(r.u, stream.At(n))
		require.NoError(t, err)
		same, err := sTwin.Step(twin.u, stream.At(n))
		require.NoError(t, err)
		require.Equal(t, tr.DeltaH, same.DeltaH, "training disturbs the chain")
		start, end := s.Proposal()
		made = append(made, sight{verify.Vector(r.quark.Phi()), start.Export(nil), end.Export(nil)})

		_, err = trOnline.Step(start, end, stream, n)
		require.NoError(t, err)
		require.Equal(t, made[n], online.shown[n])

		start, end = sTwin.Proposal()
		before := len(batches.shown)
		got, err := trBatch.Step(start, end, stream, n)
		require.NoError(t, err)
		size := min(batch, int(n)+1) // no more than there are
		require.Len(t, batches.shown, before+size)
		assert.InDelta(t, float64(before)+float64(size+1)/2, got.Loss, 1e-12)
		for _, x := range batches.shown[before:] {
			found := -1
			for i := max(0, int(n)-keep+1); i <= int(n); i++ {
				if assert.ObjectsAreEqual(made[i], x) {
					found = i
				}
			}
			require.GreaterOrEqual(t, found, 0, "trajectory %d: something else than the newest %d, with their pseudofermions", n, keep)
			seen[found], ages[int(n)-found] = true, true
		}
	}
	for i := range trajectories - 2 { // each stays for 9 draws, all of which miss it with (2/3)^9 = .03: this seed has none
		assert.True(t, seen[i], "trajectory %d was never drawn", i)
	}
	assert.Len(t, ages, keep, "the newest is not the only one")
}

// The gradient of a batch is the mean of its members'.
func TestTrainerBatchMean(t *testing.T) {
	r := su2(t)
	_, err := r.hmc(t).Step(r.u, rng.New(1))
	require.NoError(t, err)
	before := r.theta()
	tr := r.trainer(given{3, []float64{1, 2, 3, 4, 5, 6, 7, 8}, nil}, sampler.NewSGD(0.5))
	tr.Batch, tr.Keep = 3, 4
	got, err := tr.Step(r.u, r.u, rng.New(1), 0)
	require.NoError(t, err)
	assert.InDelta(t, 3, got.Loss, 1e-15)
	for k, x := range r.theta() {
		assert.InDelta(t, before[k]-0.5*float64(k+1), x, 1e-14)
	}
}

// Training works: each loss, on the same trajectories again and again, falls.
func TestTrainingLowersTheLoss(t *testing.T) {
	for _, l := range losses(t) {
		r := su2(t)
		stream := rng.New(3)
		s := r.hmc(t)
		_, err := s.Step(r.u, stream)
		require.NoError(t, err)
		start, end := s.Proposal()
		tr := r.trainer(l, sampler.NewAdam(1e-3, 0.9, 0.999))
		var all []float64
		for range 60 {
			got, err := tr.Step(start, end, stream, 0)
			require.NoError(t, err)
			all = append(all, got.Loss)
		}
		assert.Less(t, all[len(all)-1], 0.5*all[0], "%s: %v", l.Name(), all)
	}
}
