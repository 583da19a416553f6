/* What the unit tests share: one list of checks, and the groups that fill it. */
#ifndef UNIT_H
#define UNIT_H

/* One line of TAP; the text says what holds. */
void check(int good, const char *format, ...) __attribute__((format(printf, 2, 3)));

void test_orders(void);
void test_targets(void);
void test_output(void);

#endif
