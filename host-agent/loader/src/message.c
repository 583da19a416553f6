#include "message.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_FD 1

static int write_all(const char *buffer, size_t size, void *unused)
{
	(void)unused;
	while (size) {
		ssize_t written = write(MESSAGE_FD, buffer, size);

		if (written > 0) {
			buffer += written;
			size -= (size_t)written;
		} else if (errno == EAGAIN) {
			struct pollfd pollfd = { .fd = MESSAGE_FD, .events = POLLOUT };

			poll(&pollfd, 1, -1);
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

void message_send(json_t *message)
{
	char *line;

	if (!message)
		return;
	/* One write for one line: a reader never sees half a message followed by nothing. */
	line = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	if (!line)
		return;
	size_t length = strlen(line);

	line[length] = '\n'; /* in the place of the terminating NUL */
	write_all(line, length + 1, NULL);
	free(line);
}

/* Length of the UTF-8 sequence at `s`, or 0 when there is none. RFC 3629, section 4. */
static size_t utf8_sequence(const uint8_t *s, size_t left)
{
	size_t length, i;
	uint32_t point;

	if (s[0] < 0x80)
		return s[0] ? 1 : 0;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		length = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		length = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (length > left)
		return 0;
	point = s[0] & (0xffu >> (length + 1));
	for (i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (s[i] & 0x3fu);
	}
	if ((length == 3 && point < 0x800) || (point >= 0xd800 && point <= 0xdfff) ||
	    (length == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 0;
	return length;
}

json_t *message_text(const char *text, size_t length)
{
	static const char replacement[] = "\xef\xbf\xbd";
	json_t *string = json_stringn(text, length);
	size_t in, out = 0;
	char *clean;

	if (string && strlen(text) >= length)
		return string;
	json_decref(string);
	clean = malloc(length * 3 + 1);
	if (!clean)
		return json_string("");
	for (in = 0; in < length;) {
		size_t sequence = utf8_sequence((const uint8_t *)text + in, length - in);

		if (sequence) {
			memcpy(clean + out, text + in, sequence);
			out += sequence;
			in += sequence;
		} else {
			memcpy(clean + out, replacement, 3);
			out += 3;
			in++;
		}
	}
	string = json_stringn(clean, out);
	free(clean);
	return string;
}

static bool hushed;

void message_hush(bool hush)
{
	hushed = hush;
}

void message_remark(const char *format, ...)
{
	char text[1024];
	va_list arguments;

	if (hushed)
		return;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	message_send(json_pack("{s:s, s:o}", "type", "remark", "text", message_text(text, strlen(text))));
}

void message_failed(const struct failure *failure)
{
	message_send(json_pack("{s:s, s:s, s:i, s:o, s:o}", "type", "failed", "stage", failure->stage, "errno",
			       failure->error, "object", message_text(failure->object, strlen(failure->object)),
			       "message", message_text(failure->message, strlen(failure->message))));
}

void message_program(const char *name, const char *state, const char *target, int error, const char *detail)
{
	message_send(json_pack("{s:s, s:s, s:s, s:o, s:i, s:o}", "type", "program", "name", name, "state", state,
			       "target", message_text(target, strlen(target)), "errno", error, "detail",
			       message_text(detail, strlen(detail))));
}

void message_verifier_log(const char *program, const char *end)
{
	message_send(json_pack("{s:s, s:s, s:o}", "type", "verifier_log", "program", program, "log",
			       message_text(end, strlen(end))));
}
