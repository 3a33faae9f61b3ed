module example.com/newaction

go 1.26.0

require github.com/slhmc/slhmc v0.0.0

require (
	github.com/leanovate/gopter v0.2.11 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
)

replace github.com/slhmc/slhmc => ../..

exclude github.com/smartystreets/goconvey v1.8.1
