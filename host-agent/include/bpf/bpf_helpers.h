/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Found before libbpf's own <bpf/bpf_helpers.h>, which it includes. It changes no program's meaning; it makes helper
 * calls leave behind what the schema and the loader want to know (protocol/src/loader.ts):
 *
 * - the type of each record that is sent, in the section `probepad.events`, which is never loaded;
 * - a counter of failed calls at each call site that can lose a record, in `.data.probepad`;
 * - a tag in front of each trace line, so that a run follows its own lines only.
 *
 * All of them are function-like macros: the address of a helper is still the helper's.
 */
#pragma GCC system_header
#include_next <bpf/bpf_helpers.h>

#ifndef __PROBEPAD_BPF_HELPERS_H__
#define __PROBEPAD_BPF_HELPERS_H__

/*
 * Macros of newer libbpf headers, for machines whose own are older.
 */
#ifndef __ulong
#define __ulong(name, val) enum { ___bpf_concat(__unique_value, __COUNTER__) = val } name
#endif
#ifndef bpf_ksym_exists
#define bpf_ksym_exists(sym) ({ !!(sym); })
#endif
#ifndef __arg_ctx
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))
#endif

/* Open-coded loops by the kernel's number iterator (kernel 6.4, kernel/bpf/bpf_iter.c). */
#ifndef bpf_for
struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

/*
 * The iterator lives as long as the loop's variables: `break` and `return` end it too. clang gives no BTF to a function that only
 * `cleanup` names, so it is mentioned.
 */
#define __probepad_loop(start, end, step)                                              \
	for (struct bpf_iter_num __probepad_iterator                                   \
		     __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))),       \
	     *__probepad_begun __attribute__((unused)) =                               \
		     (bpf_iter_num_new(&__probepad_iterator, (start), (end)),          \
		      (void)bpf_iter_num_destroy, (void *)0);                          \
	     step;)
#define bpf_for(i, start, end)                                                         \
	__probepad_loop(start, end, ({                                                 \
		int *__probepad_next = bpf_iter_num_next(&__probepad_iterator);        \
		(i) = __probepad_next ? *__probepad_next : (end);                      \
		__probepad_next != (void *)0;                                          \
	}))
#define bpf_repeat(times) __probepad_loop(0, times, bpf_iter_num_next(&__probepad_iterator))
#endif

/*
 * A call with as many arguments as the helper has goes to the macro that watches it. Any other number (a compound literal with
 * commas in an argument) is left to the helper itself and to the compiler.
 */
#define __probepad_sixth(a, b, c, d, e, f, ...) f
#define __probepad_count(...) __probepad_sixth(__VA_ARGS__, 5, 4, 3, 2, 1, 0)
#define __probepad_join(a, b) a##b
#define __probepad_pick(name, count) __probepad_join(name, count)

/* The data pointer, with `void *` turned into a pointer to bytes: void can't be the type of a member. */
#define __probepad_pointer(data)                                                       \
	__builtin_choose_expr(__builtin_types_compatible_p(typeof(data), void *) ||    \
				      __builtin_types_compatible_p(typeof(data),       \
								   const void *),      \
			      (char *)0, (data))
#define __probepad_is_array(data)                                                      \
	__builtin_types_compatible_p(typeof(data), typeof(*(data))[])
/* What the data points to; an array is itself the record. */
#define __probepad_record(pointer)                                                     \
	typeof(*__builtin_choose_expr(__probepad_is_array(pointer),                    \
				      (typeof(pointer) *)0, (pointer)))
#define __probepad_constant(value)                                                     \
	__builtin_choose_expr(__builtin_constant_p(value), (value), 0)

/*
 * One entry of `probepad.events`. `value` has no elements, so that it costs no room and still brings its type into BTF; BTF
 * would hold only the name of a struct that is pointed to.
 */
#define __probepad_entry(call, words, length, type)                                    \
	static const struct {                                                          \
		unsigned long long size;                                               \
		char text[sizeof(words)];                                              \
		type value[0];                                                         \
	} __probepad_##call __attribute__((section("probepad.events"), used)) = {      \
		.size = __probepad_constant(length),                                   \
		.text = words,                                                         \
	}

/* A counter of failures. The kernel never reads it: `used` keeps the compiler from dropping it. */
#define __probepad_counter(words)                                                      \
	static struct {                                                                \
		unsigned long long count;                                              \
		char text[sizeof(words)];                                              \
	} __probepad_lost __attribute__((section(".data.probepad"), used)) = {         \
		.text = words,                                                         \
	}
#define __probepad_lose() ((void)__sync_fetch_and_add(&__probepad_lost.count, 1))

#define bpf_ringbuf_output(...)                                                        \
	__probepad_pick(__probepad_ringbuf_output_,                                    \
			__probepad_count(__VA_ARGS__))(__VA_ARGS__)
#define __probepad_ringbuf_output_1(...) (bpf_ringbuf_output)(__VA_ARGS__)
#define __probepad_ringbuf_output_2(...) (bpf_ringbuf_output)(__VA_ARGS__)
#define __probepad_ringbuf_output_3(...) (bpf_ringbuf_output)(__VA_ARGS__)
#define __probepad_ringbuf_output_5(...) (bpf_ringbuf_output)(__VA_ARGS__)
#define __probepad_ringbuf_output_4(map, data, length, flags)                          \
	({                                                                             \
		__probepad_entry(output, #map, length,                                 \
				 __probepad_record(__probepad_pointer(data)));         \
		__probepad_counter(#map);                                              \
		long __probepad_result = (bpf_ringbuf_output)(map, data, length, flags); \
		if (__probepad_result < 0)                                             \
			__probepad_lose();                                             \
		__probepad_result;                                                     \
	})

#define bpf_ringbuf_reserve(...)                                                       \
	__probepad_pick(__probepad_ringbuf_reserve_,                                   \
			__probepad_count(__VA_ARGS__))(__VA_ARGS__)
#define __probepad_ringbuf_reserve_1(...) (bpf_ringbuf_reserve)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_2(...) (bpf_ringbuf_reserve)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_4(...) (bpf_ringbuf_reserve)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_5(...) (bpf_ringbuf_reserve)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_3(map, length, flags)                               \
	({                                                                             \
		__probepad_entry(reserve, #map "|" #length, length, char);             \
		__probepad_counter(#map);                                              \
		void *__probepad_result = (bpf_ringbuf_reserve)(map, length, flags);   \
		if (!__probepad_result)                                                \
			__probepad_lose();                                             \
		__probepad_result;                                                     \
	})

/* What is written through a dynptr has no type to be found; a failure to reserve counts all the same. */
#define bpf_ringbuf_reserve_dynptr(...)                                                \
	__probepad_pick(__probepad_ringbuf_reserve_dynptr_,                            \
			__probepad_count(__VA_ARGS__))(__VA_ARGS__)
#define __probepad_ringbuf_reserve_dynptr_1(...) (bpf_ringbuf_reserve_dynptr)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_dynptr_2(...) (bpf_ringbuf_reserve_dynptr)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_dynptr_3(...) (bpf_ringbuf_reserve_dynptr)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_dynptr_5(...) (bpf_ringbuf_reserve_dynptr)(__VA_ARGS__)
#define __probepad_ringbuf_reserve_dynptr_4(map, length, flags, pointer)               \
	({                                                                             \
		__probepad_counter(#map);                                              \
		long __probepad_result =                                               \
			(bpf_ringbuf_reserve_dynptr)(map, length, flags, pointer);     \
		if (__probepad_result < 0)                                             \
			__probepad_lose();                                             \
		__probepad_result;                                                     \
	})

#define bpf_ringbuf_submit(...)                                                        \
	__probepad_pick(__probepad_ringbuf_submit_,                                    \
			__probepad_count(__VA_ARGS__))(__VA_ARGS__)
#define __probepad_ringbuf_submit_1(...) (bpf_ringbuf_submit)(__VA_ARGS__)
#define __probepad_ringbuf_submit_3(...) (bpf_ringbuf_submit)(__VA_ARGS__)
#define __probepad_ringbuf_submit_4(...) (bpf_ringbuf_submit)(__VA_ARGS__)
#define __probepad_ringbuf_submit_5(...) (bpf_ringbuf_submit)(__VA_ARGS__)
#define __probepad_ringbuf_submit_2(data, flags)                                       \
	({                                                                             \
		__probepad_entry(submit, #data, 0,                                     \
				 __probepad_record(__probepad_pointer(data)));         \
		(bpf_ringbuf_submit)(data, flags);                                     \
	})

/*
 * -ENOSPC (28) is not counted here: the kernel counts such records itself and says so in the buffer (PERF_RECORD_LOST, kernel
 * events/ring_buffer.c, __perf_output_begin). All other failures leave no trace there.
 */
#define bpf_perf_event_output(...)                                                     \
	__probepad_pick(__probepad_perf_event_output_,                                 \
			__probepad_count(__VA_ARGS__))(__VA_ARGS__)
#define __probepad_perf_event_output_1(...) (bpf_perf_event_output)(__VA_ARGS__)
#define __probepad_perf_event_output_2(...) (bpf_perf_event_output)(__VA_ARGS__)
#define __probepad_perf_event_output_3(...) (bpf_perf_event_output)(__VA_ARGS__)
#define __probepad_perf_event_output_4(...) (bpf_perf_event_output)(__VA_ARGS__)
#define __probepad_perf_event_output_5(context, map, flags, data, length)              \
	({                                                                             \
		__probepad_entry(output, #map, length,                                 \
				 __probepad_record(__probepad_pointer(data)));         \
		__probepad_counter(#map);                                              \
		long __probepad_result =                                               \
			(bpf_perf_event_output)(context, map, flags, data, length);    \
		if (__probepad_result < 0 && __probepad_result != -28)                 \
			__probepad_lose();                                             \
		__probepad_result;                                                     \
	})

/* What an iterator program writes. The iterator that the call belongs to is told by the function it is in. */
#define bpf_seq_write(...)                                                             \
	__probepad_pick(__probepad_seq_write_, __probepad_count(__VA_ARGS__))(__VA_ARGS__)
#define __probepad_seq_write_1(...) (bpf_seq_write)(__VA_ARGS__)
#define __probepad_seq_write_2(...) (bpf_seq_write)(__VA_ARGS__)
#define __probepad_seq_write_4(...) (bpf_seq_write)(__VA_ARGS__)
#define __probepad_seq_write_5(...) (bpf_seq_write)(__VA_ARGS__)
#define __probepad_seq_write_3(seq, data, length)                                      \
	({                                                                             \
		__probepad_entry(written, #data, length,                               \
				 __probepad_record(__probepad_pointer(data)));         \
		(bpf_seq_write)(seq, data, length);                                    \
	})

/*
 * Trace lines. The loader replaces this text, in read-only data, by the run's own of the same length.
 */
#define __PROBEPAD_TAG "~pp:TAGxxxx~"

/*
 * bpf_printk's format is a literal (libbpf makes an array of it), so the tag can stand in front of it. Formats are kept in
 * read-only data even where BPF_NO_GLOBAL_DATA asks for the stack: every kernel with BTF has global data.
 */
#undef bpf_printk
#define __probepad_printk(fmt, ...)                                                    \
	({                                                                             \
		static const char ____fmt[] = __PROBEPAD_TAG fmt;                      \
		(bpf_trace_printk)(____fmt, sizeof(____fmt), ##__VA_ARGS__);           \
	})
#define __probepad_vprintk(fmt, args...)                                               \
	({                                                                             \
		static const char ___fmt[] = __PROBEPAD_TAG fmt;                       \
		unsigned long long ___param[___bpf_narg(args)];                        \
                                                                                       \
		_Pragma("GCC diagnostic push")                                         \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")                 \
		___bpf_fill(___param, args);                                           \
		_Pragma("GCC diagnostic pop")                                          \
                                                                                       \
		bpf_trace_vprintk(___fmt, sizeof(___fmt), ___param, sizeof(___param)); \
	})
#define __probepad_pick_printk(...)                                                    \
	___bpf_nth(_, ##__VA_ARGS__, __probepad_vprintk, __probepad_vprintk,           \
		   __probepad_vprintk, __probepad_vprintk, __probepad_vprintk,         \
		   __probepad_vprintk, __probepad_vprintk, __probepad_vprintk,         \
		   __probepad_vprintk, __probepad_printk, __probepad_printk,           \
		   __probepad_printk, __probepad_printk)
#define bpf_printk(fmt, args...) __probepad_pick_printk(args)(fmt, ##args)

/*
 * Direct calls give an array, mostly on the stack, and its size. The tag and the array are put together on the stack; the tag comes
 * from read-only data word by word (volatile, so that it stays there for the loader to replace). A pointer says nothing about
 * the text's length, and a long text would not fit the stack: those stay as they are.
 */
#define __PROBEPAD_TRACE_MAX 128
#define bpf_trace_printk(fmt, length, ...)                                             \
	__builtin_choose_expr(                                                         \
		__probepad_traceable(fmt, length),                                     \
		({                                                                     \
			static const volatile union {                                  \
				char text[12];                                         \
				unsigned int words[3];                                 \
			} __probepad_tag = { .text = __PROBEPAD_TAG };                 \
			struct {                                                       \
				unsigned int words[3];                                 \
				char text[__probepad_traceable(fmt, length) ?          \
						  sizeof(fmt) : 1];                    \
			} __probepad_line;                                             \
			__probepad_line.words[0] = __probepad_tag.words[0];            \
			__probepad_line.words[1] = __probepad_tag.words[1];            \
			__probepad_line.words[2] = __probepad_tag.words[2];            \
			__builtin_memcpy(__probepad_line.text, (fmt),                  \
					 sizeof(__probepad_line.text));                \
			(bpf_trace_printk)((const char *)&__probepad_line,             \
					   12 + (length), ##__VA_ARGS__);              \
		}),                                                                    \
		(bpf_trace_printk)(fmt, length, ##__VA_ARGS__))
#define __probepad_traceable(fmt, length)                                              \
	(__probepad_is_array(__probepad_pointer(fmt)) &&                               \
	 __builtin_constant_p(length) && sizeof(fmt) <= __PROBEPAD_TRACE_MAX)

#endif /* __PROBEPAD_BPF_HELPERS_H__ */
