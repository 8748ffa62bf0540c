/* Where eight packed numbers of one width lie, for shuffles that bring each to a lane of its own. A group of eight
 * begins at a byte; it is loaded as two halves, the second from byte (width >> 1) on. */
#ifndef COMMON_KERNELS_LANES_H
#define COMMON_KERNELS_LANES_H

enum { WIDEST = 25 }; /* a number and the up to 7 bits before it must fit 32 */

/* The first bit of lane i of width w, counted from the load of its half; and the four bytes from there. */
#define BIT(w, i) ((i) * (w) - ((i) < 4 ? 0 : ((w) >> 1) * 8))
#define BYTES(w, i) BIT(w, i) >> 3, (BIT(w, i) >> 3) + 1, (BIT(w, i) >> 3) + 2, (BIT(w, i) >> 3) + 3
#define SHUFFLE(w) \
  {BYTES(w, 0), BYTES(w, 1), BYTES(w, 2), BYTES(w, 3), BYTES(w, 4), BYTES(w, 5), BYTES(w, 6), BYTES(w, 7)}

/* of(lane) for the eight lanes of width w, of(width) for every width. */
#define EACH_LANE(of, w) {of(w, 0), of(w, 1), of(w, 2), of(w, 3), of(w, 4), of(w, 5), of(w, 6), of(w, 7)}
#define EACH_WIDTH(of) \
  {of(0),  of(1),  of(2),  of(3),  of(4),  of(5),  of(6),  of(7),  of(8),  of(9),  of(10), of(11), of(12), \
   of(13), of(14), of(15), of(16), of(17), of(18), of(19), of(20), of(21), of(22), of(23), of(24), of(25)}

#endif
