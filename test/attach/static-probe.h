/*
 * A static probe with two arguments, as systemtap's <sys/sdt.h> makes it: a nop, and a note of version 3 that says where it is and
 * where its arguments are (https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation).
 */
#ifndef PROBEPAD_STATIC_PROBE_H
#define PROBEPAD_STATIC_PROBE_H

/* The one link-time address that lets a reader see how far a prelinked file was moved. */
__asm__(".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"
	".weak _.stapsdt.base\n"
	".hidden _.stapsdt.base\n"
	"_.stapsdt.base: .space 1\n"
	".size _.stapsdt.base, 1\n"
	".popsection\n");

/* `number` is an int, `pointer` 8 bytes. `"nor"`: a constant, memory or a register, as the compiler likes. */
#define STATIC_PROBE(provider, name, number, pointer)                                                 \
	__asm__ volatile("990: nop\n"                                                                 \
			 ".pushsection .note.stapsdt, \"?\", \"note\"\n"                              \
			 ".balign 4\n"                                                                \
			 ".4byte 992f - 991f, 994f - 993f, 3\n"                                       \
			 "991: .asciz \"stapsdt\"\n"                                                  \
			 "992: .balign 4\n"                                                           \
			 "993: .8byte 990b, _.stapsdt.base, 0\n"                                      \
			 ".asciz \"" #provider "\"\n"                                                 \
			 ".asciz \"" #name "\"\n"                                                     \
			 ".asciz \"-4@%[first] 8@%[second]\"\n"                                       \
			 "994: .balign 4\n"                                                           \
			 ".popsection\n" ::[first] "nor"((int)(number)),                              \
			 [second] "nor"((unsigned long)(pointer)))

#endif
