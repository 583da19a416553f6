#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

int fail(struct failure *failure, const char *stage, int error, const char *object, const char *format, ...)
{
	va_list arguments;

	failure->stage = stage;
	failure->error = error;
	snprintf(failure->object, sizeof(failure->object), "%s", object ? object : "");
	va_start(arguments, format);
	vsnprintf(failure->message, sizeof(failure->message), format, arguments);
	va_end(arguments);
	return -1;
}
