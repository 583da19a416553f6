/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's <features.h> includes this; its own version asks for headers of a 32-bit C library that no machine needs to
 * have for BPF. It would only list functions that always fail.
 */
