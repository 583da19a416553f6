/** Operations in the low byte of a block request's `cmd_flags`. Source: enum req_op in include/linux/blk_types.h. */
export const BLOCK_OPERATIONS = new Map([
  [0, 'READ'],
  [1, 'WRITE'],
  [2, 'FLUSH'],
  [3, 'DISCARD'],
  [5, 'SECURE_ERASE'],
  [9, 'WRITE_ZEROES'],
  [34, 'DRV_IN'],
  [35, 'DRV_OUT'],
]);
