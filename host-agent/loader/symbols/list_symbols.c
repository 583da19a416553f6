/*
 * probepad-symbols: the functions of the ELF file on standard input, as tables on standard output that need no parsing. It runs in the
 * agent's box, without any privilege: the files are made by strangers. libelf reads them. What is written, little-endian:
 *
 *   u32 magic "PPSY", u32 segments, u32 functions, u32 bytes of build id, u32 bytes of names,
 *   u32 1 where the file has the whole symbol table, 0 where that was stripped
 *   u64[3] a segment: offset in the file, address, size
 *   f64    a function: its address, ascending
 *   f64    a function: its size; 0 where that is not known
 *   u32    a function: where its name begins; one more for the last one's end
 *   build id, names
 *
 * The reader is host-agent/src/names/user/symbol-table.ts.
 */
#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0x59535050u
#define SEGMENTS_MAX 256u
/* A browser has some 500,000. */
#define FUNCTIONS_MAX 1000000u
#define NAMES_MAX (96u << 20)
#define NAME_MAX 8192u
#define BUILD_ID_MAX 64u
/* Beyond it a double is no exact number, and an address none of a process. */
#define ADDRESS_MAX (1ull << 53)

struct function {
	uint64_t address, size;
	const char *name;
	uint32_t length, rank;
};

struct list {
	struct function *functions;
	size_t count, room;
};

struct segment {
	uint64_t offset, address, size;
};

/* Of several names of one place people know the one without underscores in front; mangled names begin with one. */
static bool is_tidy(const char *name)
{
	return name[0] != '_' || !strncmp(name, "_Z", 2) || !strncmp(name, "__Z", 3) || !strncmp(name, "_R", 2) ||
	       !strncmp(name, "__R", 3);
}

static bool is_function(const GElf_Sym *symbol)
{
	unsigned char type = GELF_ST_TYPE(symbol->st_info);

	/* Labels of assembly have no type. */
	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return false;
	return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS && symbol->st_value < ADDRESS_MAX &&
	       symbol->st_size < ADDRESS_MAX;
}

static int add(struct list *list, const GElf_Sym *symbol, const char *name)
{
	const char *version = name[0] ? strchr(name + 1, '@') : NULL;
	size_t length = version ? (size_t)(version - name) : strnlen(name, NAME_MAX);
	struct function *grown;

	/* Marks of an assembler: $x, .L1 */
	if (!length || name[0] == '$' || name[0] == '.' || list->count >= FUNCTIONS_MAX)
		return 0;
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 4096;
		grown = realloc(list->functions, list->room * sizeof(*grown));
		if (!grown)
			return -1;
		list->functions = grown;
	}
	list->functions[list->count++] = (struct function){
		.address = symbol->st_value,
		.size = symbol->st_size,
		.name = name,
		.length = length < NAME_MAX ? (uint32_t)length : NAME_MAX,
		.rank = (GELF_ST_TYPE(symbol->st_info) == STT_NOTYPE ? 0 : 8u) +
			(GELF_ST_BIND(symbol->st_info) == STB_LOCAL ? 0 : 4u) + (symbol->st_size ? 2u : 0) + is_tidy(name),
	};
	return 0;
}

static int read_table(Elf *elf, GElf_Word type, struct list *list)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;
		size_t i;

		if (!gelf_getshdr(section, &header) || header.sh_type != type || !header.sh_entsize)
			continue;
		data = elf_getdata(section, NULL);
		for (i = 0; data && i < header.sh_size / header.sh_entsize && i < INT32_MAX; i++) {
			GElf_Sym symbol;
			const char *name;

			if (!gelf_getsym(data, (int)i, &symbol))
				break;
			if (!is_function(&symbol))
				continue;
			name = elf_strptr(elf, header.sh_link, symbol.st_name);
			if (name && add(list, &symbol, name))
				return -1;
		}
	}
	return 0;
}

static int by_address(const void *left, const void *right)
{
	const struct function *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->rank == b->rank ? 0 : a->rank > b->rank ? -1 : 1;
}

/* The best name of each place stays. */
static void sort(struct list *list)
{
	size_t i, kept = 0;

	if (!list->count)
		return;
	qsort(list->functions, list->count, sizeof(*list->functions), by_address);
	for (i = 1; i < list->count; i++)
		if (list->functions[i].address != list->functions[kept].address)
			list->functions[++kept] = list->functions[i];
	list->count = kept + 1;
}

/* Segments without the X flag too: a mapping is made executable later by loaders of their own. */
static uint32_t read_segments(Elf *elf, struct segment *segments)
{
	size_t count = 0, i;
	uint32_t kept = 0;

	if (elf_getphdrnum(elf, &count))
		return 0;
	for (i = 0; i < count && kept < SEGMENTS_MAX; i++) {
		GElf_Phdr header;

		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_LOAD)
			segments[kept++] = (struct segment){ header.p_offset, header.p_vaddr, header.p_filesz };
	}
	return kept;
}

static uint32_t build_id_in(Elf_Data *notes, uint8_t *build_id)
{
	size_t at = 0, name, description;
	GElf_Nhdr note;

	while (notes && (at = gelf_getnote(notes, at, &note, &name, &description)))
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp((char *)notes->d_buf + name, "GNU", 4) && note.n_descsz <= BUILD_ID_MAX) {
			memcpy(build_id, (char *)notes->d_buf + description, note.n_descsz);
			return note.n_descsz;
		}
	return 0;
}

static uint32_t read_build_id(Elf *elf, uint8_t *build_id)
{
	size_t count = 0, i;
	uint32_t size = 0;

	if (elf_getphdrnum(elf, &count))
		return 0;
	for (i = 0; i < count && !size; i++) {
		GElf_Phdr header;

		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_NOTE)
			size = build_id_in(elf_getdata_rawchunk(elf, (int64_t)header.p_offset, header.p_filesz,
								header.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR),
					   build_id);
	}
	return size;
}

static int write_tables(const struct list *list, const struct segment *segments, uint32_t segment_count,
			const uint8_t *build_id, uint32_t build_id_size, bool whole)
{
	uint32_t names = 0, header[6], end = 0;
	size_t count = 0, i;

	while (count < list->count && names + list->functions[count].length <= NAMES_MAX)
		names += list->functions[count++].length;
	memcpy(header, (uint32_t[]){ MAGIC, segment_count, (uint32_t)count, build_id_size, names, whole }, sizeof(header));
	fwrite(header, sizeof(header), 1, stdout);
	fwrite(segments, sizeof(*segments), segment_count, stdout);
	for (i = 0; i < count; i++)
		fwrite(&(double){ (double)list->functions[i].address }, sizeof(double), 1, stdout);
	for (i = 0; i < count; i++)
		fwrite(&(double){ (double)list->functions[i].size }, sizeof(double), 1, stdout);
	for (i = 0; i < count; i++) {
		fwrite(&end, sizeof(end), 1, stdout);
		end += list->functions[i].length;
	}
	fwrite(&end, sizeof(end), 1, stdout);
	fwrite(build_id, 1, build_id_size, stdout);
	for (i = 0; i < count; i++)
		fwrite(list->functions[i].name, 1, list->functions[i].length, stdout);
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}

int main(void)
{
	static struct segment segments[SEGMENTS_MAX];
	uint8_t build_id[BUILD_ID_MAX];
	struct list list = { 0 };
	bool whole;
	Elf *elf;
	int status = 1;

	elf_version(EV_CURRENT);
	elf = elf_begin(0, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		fprintf(stderr, "standard input: %s\n", elf ? "no ELF file" : elf_errmsg(-1));
		goto cleanup;
	}
	/* What a linker exports is in the whole table too: it is read where that was stripped. */
	status = read_table(elf, SHT_SYMTAB, &list);
	whole = list.count > 0;
	if (status || (!whole && read_table(elf, SHT_DYNSYM, &list))) {
		fputs("standard input: out of memory\n", stderr);
		status = 1;
		goto cleanup;
	}
	sort(&list);
	status = write_tables(&list, segments, read_segments(elf, segments), build_id, read_build_id(elf, build_id), whole);
cleanup:
	free(list.functions);
	elf_end(elf);
	return status;
}
