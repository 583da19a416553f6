/* Unit tests of what needs no kernel. TAP (testanything.org) on stdout. */
#include <stdarg.h>
#include <stdio.h>

#include "unit.h"

static int number, failures;

void check(int good, const char *format, ...)
{
	va_list arguments;

	printf("%sok %d - ", good ? "" : "not ", ++number);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	failures += !good;
}

int main(void)
{
	test_orders();
	test_targets();
	test_output();
	printf("1..%d\n", number);
	return failures ? 1 : 0;
}
