/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What the compiler, policyd and the BPF program agree on: every key, value, number and limit, once. The compiler
 * learns the layout from this file (`src/compiler/image/abi.gen.ts`). Numbers are only ever appended.
 *
 * All integers are in the byte order of the machine (the image says which, and another is refused) except where a
 * field says "network order". Padding is written out and zero.
 *
 * How a path is decided. A path is a sequence of names. Up to POLICY_LANES automata ("lanes") read it side by side,
 * each in one state; reading a name moves each lane along one edge. A state may carry two records: `sticky` joins the
 * verdict of everything at or beneath this point, `accept` joins the verdict of exactly this path. Joining is the
 * maximum, word by word (see below), so the order of rules, lanes and names cannot matter. What a record says only in some
 * circumstances stands in its cases; those that are met on the way are held, and weighed at its end.
 *
 *   deny read on /a and all beneath, allow read on /a/b:  root --a--> 2 {sticky: deny} --b--> 3 {accept: allow}
 *   /a/b: sticky(2) = deny, accept(3) = allow; max = deny
 */
#ifndef POLICY_ABI_H
#define POLICY_ABI_H

#define POLICY_ABI_VERSION 5u
#define POLICY_BYTE_ORDER 0x01020304u

/* ---- verdicts ------------------------------------------------------------------------------------------------- */

/* Operations on what has a place in the tree come first; CONNECT and BIND there mean unix sockets. */
enum policy_op {
	POLICY_OP_READ,
	POLICY_OP_WRITE,
	POLICY_OP_CREATE,
	POLICY_OP_DELETE,
	POLICY_OP_SETATTR,
	POLICY_OP_EXEC,
	POLICY_OP_LOAD,
	POLICY_OP_CONNECT,
	POLICY_OP_BIND,
	POLICY_OPS
};

enum policy_effect {
	POLICY_NONE, /* no rule matched */
	POLICY_ALLOW,
	POLICY_AUDIT,
	POLICY_DENY,
	POLICY_KILL
};

/*
 * A verdict word: effect in bits 31..29, POLICY_RULE_NONE - rule number in bits 28..0. The greater word wins: the
 * stronger effect, and among equals the first rule in the source. 0: nothing matched. A default is a word whose rule
 * number is POLICY_RULE_NONE.
 *   deny by rule 0 = 0x7fffffff; deny by rule 1 = 0x7ffffffe; the default deny = 0x60000000
 */
#define POLICY_EFFECT_SHIFT 29
#define POLICY_RULE_NONE 0x1fffffffu
#define POLICY_WORD(effect, rule) (((__u32)(effect) << POLICY_EFFECT_SHIFT) | (POLICY_RULE_NONE - (rule)))
#define POLICY_WORD_EFFECT(word) ((word) >> POLICY_EFFECT_SHIFT)
#define POLICY_WORD_RULE(word) (POLICY_RULE_NONE - ((word)&POLICY_RULE_NONE))

struct policy_record {
	__u32 word[POLICY_OPS]; /* in any circumstances */
	__u32 cases;            /* the first of them, or 0 for none */
};

/* ---- circumstances -------------------------------------------------------------------------------------------- */

#define POLICY_MARKS 64      /* numbers 0..63, as bits */
#define POLICY_PROGRAMS 64   /* lists of programs, as bits: such as `exe "npm", "npx"` */
#define POLICY_ARGUMENTS 64  /* what is asked of arguments, as bits: such as `args "push", "--force"` */
#define POLICY_LIMITS 32     /* numbers 0..31, as bits */
#define POLICY_CONDITIONS 64 /* numbers 0..63, as bits */
#define POLICY_MAX_TERMS 1024
#define POLICY_MAX_CASES (1u << 22)

/* Of who acts. */
struct policy_circumstances {
	__u64 marks; /* that are set */
	__u64 exe;   /* lists of programs of which it runs one */
	__u64 under; /* lists of programs of which an ancestor ran one when it started the next of the line */
	__u64 args;  /* what the arguments answer to, of what is executed, or was where that is loaded */
};

/*
 * A condition holds where all bits of `with` are set and none of `without`, in one of its terms at least. Where bits are
 * not known, it holds surely, perhaps, or not: what is refused is so wherever it perhaps is, and what is permitted
 * surely; where it is not known whether something is to be remembered, the operation is refused.
 */
struct policy_term {
	struct policy_circumstances with;
	struct policy_circumstances without;
	__u32 condition;
	__u32 reserved;
};

/* What else a record may say, as bits of a word. */
enum policy_fact {
	POLICY_FACT_NONE,
	POLICY_FACT_PROGRAMS,       /* lists of programs that the path is in; of no operation, and always */
	POLICY_FACT_SETS,           /* marks that the operation sets, where it is permitted */
	POLICY_FACT_CLEARS,         /* marks that it clears: of what is both, the mark is clear */
	POLICY_FACT_SUCCESS_SETS,   /* of exec: marks that are set when the process has succeeded */
	POLICY_FACT_SUCCESS_CLEARS,
	POLICY_FACT_COUNTS,         /* limits that count it */
	POLICY_FACTS
};

/*
 * What a record says where a condition holds: `word` for each of `ops`, or `facts`. The cases of a record lie one behind
 * the other; the last says so.
 */
struct policy_case {
	__u64 facts;
	__u32 word;
	__u16 ops; /* 1 << policy_op */
	__u8 condition;
	__u8 flags;
};
#define POLICY_CASE_LAST (1u << 0)
#define POLICY_CASE_ALWAYS (1u << 1) /* whatever holds; `condition` is 0 */
#define POLICY_CASE_FACT_SHIFT 2     /* enum policy_fact, in three bits; none: a word */
#define POLICY_CASE_FACT(flags) (((flags) >> POLICY_CASE_FACT_SHIFT) & 7u)
#define POLICY_CASE_FLAGS 31u

/*
 * A word of this effect stands for what holds only in some circumstances: its low bits are the number of the first case,
 * whose words count for every operation. Words of records are never such.
 */
#define POLICY_BY_CASE 7u

/*
 * A limit: more than `count` operations of a session in `nanoseconds` have the effect of `word`. The moments of the latest
 * lie in the ring of `windows`: behind a number of how many there were, one for each of `count`.
 */
struct policy_limit {
	__u64 nanoseconds;
	__u32 count;
	__u32 word;
	__u32 window; /* index of its first element */
	__u32 reserved;
};
#define POLICY_MAX_MOMENTS (1u << 20) /* elements of all windows */

/*
 * What rules ask of arguments. Each word that they name is one of the globs of an automaton over bytes, whose classes are
 * the index here. What has been read of a list of words is a bit: its first says that nothing has, and a bit moves on to
 * the next where an argument is the word. `only`: it moves or is lost. One that is excluded never answers.
 */
#define POLICY_ARGUMENT_WORDS 4
struct policy_argument_class {
	__u64 moves[POLICY_ARGUMENT_WORDS]; /* bits that move on */
	__u64 excludes;                     /* of POLICY_ARGUMENTS */
};
struct policy_arguments {
	__u64 start[POLICY_ARGUMENT_WORDS];
	__u64 only[POLICY_ARGUMENT_WORDS]; /* bits of lists without other arguments between */
	__u8 ends[POLICY_ARGUMENTS];       /* by what is asked: the bit that says that all has been read */
	__u32 count;                       /* of what is asked */
	__u32 row;                         /* of glob_rows, in which an argument starts */
};
#define POLICY_MAX_ARGUMENT_CLASSES 65536u
#define POLICY_MAX_ARGUMENT_BYTES (1u << 17) /* with their NUL bytes; of longer ones what they answer to is not known */

/* SHA-256 of what a mark or a list of programs is known by, so that it stays itself when another policy comes. */
struct policy_identity {
	__u8 bytes[32];
};

/* What a session may do to leave itself, by name; what each covers is in privileges.bpf.h, capabilities.bpf.h,
 * processes.bpf.h and devices.bpf.h. */
enum policy_privilege {
	POLICY_PRIVILEGE_PTRACE,
	POLICY_PRIVILEGE_SIGNAL,
	POLICY_PRIVILEGE_MOUNT,
	POLICY_PRIVILEGE_USERNS,
	POLICY_PRIVILEGE_SETNS,
	POLICY_PRIVILEGE_CHROOT,
	POLICY_PRIVILEGE_BPF,
	POLICY_PRIVILEGE_MODULE,
	POLICY_PRIVILEGE_KEXEC,
	POLICY_PRIVILEGE_REBOOT,
	POLICY_PRIVILEGE_PERF,
	POLICY_PRIVILEGE_RAW_DISK,
	POLICY_PRIVILEGE_RAW_SOCKET,
	POLICY_PRIVILEGE_VSOCK,
	POLICY_PRIVILEGE_NET_ADMIN,
	POLICY_PRIVILEGE_KERNEL_SETTINGS,
	POLICY_PRIVILEGE_HANDLE_OPEN,
	POLICY_PRIVILEGE_IO_URING,
	POLICY_PRIVILEGE_KEYRING,
	POLICY_PRIVILEGE_TIME,
	POLICY_PRIVILEGE_SWAP,
	POLICY_PRIVILEGE_ESCAPE_SOCKET, /* the compiler makes rules about sockets of it */
	POLICY_PRIVILEGE_TERMINAL,
	POLICY_PRIVILEGES
};
/* An event's operation where a privilege was asked for: this and the privilege. */
#define POLICY_OP_PRIVILEGE 32

/*
 * Sets of system calls that the tracepoint backend takes from a command: a bit for each privilege that is denied, for each
 * operation that is denied wherever, and these. Which, the policy's root says.
 */
#define POLICY_CALLS_OP(op) (POLICY_OP_PRIVILEGE + (op))
#define POLICY_CALLS_HIDING 48    /* could send to another address than the one that is decided */
#define POLICY_CALLS_DATAGRAMS 49 /* unix sockets that name to whom with each datagram */
#define POLICY_CALLS_LENGTHS 50    /* write to a file that they name, where any may not be written */
#define POLICY_CALLS_ATTRIBUTES 51 /* read attributes of a file that they name, where any may not be read */
#define POLICY_CALLS_SETS 52
/* Whatever the policy says: */
#define POLICY_CALLS_CORES 62  /* would have the kernel write core files */
#define POLICY_CALLS_ALWAYS 63 /* take their arguments from memory, or open files unseen; programs know other ways */

/* ---- path automata -------------------------------------------------------------------------------------------- */

#define POLICY_LANES 4
#define POLICY_DEAD 0u /* the state in which nothing can match any more; has no edges */
#define POLICY_HELD 23 /* a path on which more conditional records hold for all beneath is denied */

/* Where a walk stands: one state a lane, and what the names so far have contributed for good. */
struct policy_place {
	__u32 state[POLICY_LANES];
	struct policy_record sticky;
	__u32 held_count;
	__u32 held[POLICY_HELD]; /* first cases of sticky records on the way, each once */
};

#define POLICY_STATE_SHORT (1u << 0)  /* has edges in short_edges */
#define POLICY_STATE_LONG (1u << 1)   /* has edges in long_edges */
#define POLICY_STATE_PREFIX (1u << 2) /* has entries in prefixes */
#define POLICY_STATE_SUFFIX (1u << 3) /* has entries in suffixes */
/* Whatever lies beneath: this state permits nothing that its fallback does not, and has no facts besides. */
#define POLICY_STATE_TIGHTENS (1u << 4)
#define POLICY_STATE_FACTS (1u << 5) /* at it or beneath, something is remembered or counted */

/*
 * How a lane reads the name n in state s:
 *   1. the literal edge (s, n), if there is one;
 *   2. else, if s has a fallback, go on with s = fallback and look for the literal edge there;
 *   3. else the classes of n in s: the longest of s's prefixes that n begins with, the longest of its suffixes that n
 *      ends with, and what its glob automaton says; 0 for none. If one is not 0: the edge (s, prefix, suffix, glob),
 *      which always exists;
 *   4. else `other`.
 * A fallback has no fallback itself.
 *
 * tightest and loosest bound what can still be said at or beneath the state, for renames of directories: two bits an
 * operation (bits 2*op and 2*op+1), POLICY_TIGHT_DENY < POLICY_TIGHT_NONE < POLICY_TIGHT_ALLOW.
 */
struct policy_state {
	__u32 fallback; /* state, or POLICY_DEAD for none */
	__u32 other;    /* state for a name that nothing above covers */
	__u32 accept;   /* record, or 0 for none */
	__u32 sticky;   /* record, or 0 for none */
	__u32 glob;     /* start row, or 0 for none */
	__u32 flags;
	__u32 tightest;
	__u32 loosest;
};

#define POLICY_TIGHT_DENY 0u  /* deny or kill */
#define POLICY_TIGHT_NONE 1u  /* no rule: the default or another lane decides */
#define POLICY_TIGHT_ALLOW 2u /* allow or audit */

/* Names are bytes, zero-padded. A name holds no NUL byte (an abstract socket's that does has no literal edge). */
#define POLICY_SHORT_NAME 28
#define POLICY_NAME_MAX 255
struct policy_short_key {
	__u32 state;
	char name[POLICY_SHORT_NAME]; /* 1..28 bytes */
};
struct policy_long_key {
	__u32 state;
	char name[256]; /* 29..255 bytes */
};

/* LPM key: prefixlen = 32 + 8 * length. Suffixes are stored last byte first. Value: the class, from 1. */
#define POLICY_AFFIX_MAX 248
struct policy_affix_key {
	__u32 prefixlen;
	__u32 state;
	__u8 bytes[POLICY_AFFIX_MAX];
};

struct policy_class_key {
	__u32 state;
	__u32 prefix;
	__u32 suffix;
	__u32 glob;
};

/* Byte automaton of the globs of a state. Row 0 is dead. */
struct policy_glob_row {
	__u32 accept; /* class if the name ends here, or 0 */
	__u16 next[256];
};

/* ---- addresses ------------------------------------------------------------------------------------------------ */

enum policy_protocol {
	POLICY_PROTO_OTHER, /* matches no rule with a port or protocol */
	POLICY_PROTO_TCP,
	POLICY_PROTO_UDP,
	POLICY_PROTOS
};

/* Both tries always hold the prefix of length 0. A value already holds what every shorter prefix contributes. */
struct policy_address4_key {
	__u32 prefixlen;
	__u8 address[4]; /* network order */
};
struct policy_address6_key {
	__u32 prefixlen;
	__u8 address[16]; /* network order; never v4-mapped */
};
struct policy_address {
	__u32 ports;                  /* class in `ports`, or 0: the words below are the answer */
	__u32 word[2][POLICY_PROTOS]; /* [op - POLICY_OP_CONNECT][protocol], or cases: where no port of the class says else */
};

/* LPM key, 64 bits: always looked up whole. The value is the answer for that port, rules without ports included.
 * Where nothing is found, `word` of the address is the answer. */
struct policy_port_key {
	__u32 prefixlen; /* 48 + bits of the port */
	__u32 ports;
	__u8 op; /* op - POLICY_OP_CONNECT */
	__u8 protocol;
	__u8 port[2]; /* network order */
};

/* ---- a policy ------------------------------------------------------------------------------------------------- */

/* Some address may not simply be connected to: what could hide a destination from the hooks is refused. */
#define POLICY_ROOT_WATCHES_ADDRESSES (1u << 0)
/* A mark decides what is written to files, or sent, that were opened or connected to before it was set. */
#define POLICY_ROOT_WRITES_AGAIN (1u << 1)
#define POLICY_ROOT_SENDS_AGAIN (1u << 2)

struct policy_root {
	__u32 lanes;                    /* lanes in use, 1..POLICY_LANES */
	__u32 flags;                    /* POLICY_ROOT_* */
	__u32 terms;                    /* how many there are */
	__u32 limits;                   /* likewise */
	__u64 programs;                 /* lists of them that the policy names */
	__u64 by_marks;                 /* conditions that depend on one */
	__u64 process_marks;            /* of a process and what it starts, not of the session */
	__u64 file_marks;               /* that files carry */
	struct policy_arguments arguments;
	struct policy_record defaults;  /* words without a rule; no cases */
	__u32 privilege_defaults[POLICY_PRIVILEGES]; /* words without a rule */
	__u32 privilege[POLICY_PRIVILEGES]; /* words, or cases */
	struct policy_record anonymous; /* EXEC and LOAD of a file without a place */
	struct policy_record unnamed;   /* CONNECT and BIND of a unix socket without an address */
	struct policy_place path;       /* at "/", its own sticky records joined */
	struct policy_place abstract;   /* before an abstract unix name, read as one name; lane 0 only */
	__u64 calls;                    /* bits POLICY_CALLS_* and those before them: what the tracepoint backend takes */
	__u64 policy;                   /* what events call it: of the whole image, by policyd; 0 in an image */
};

/* ---- the image ------------------------------------------------------------------------------------------------ */

/*
 * header, then the sections in the order of this enum, each present exactly once, each at the next multiple of 8,
 * zero bytes between. Entries with a key are sorted by the bytes of the key, and no key is there twice.
 */
enum policy_section_kind {
	POLICY_SECTION_META, /* JSON for people and events; policyd does not read it; entry_size 1 */
	POLICY_SECTION_ROOT,
	POLICY_SECTION_TERMS,   /* by number of their conditions */
	POLICY_SECTION_CASES,   /* index 0 is all zero but for its flag */
	POLICY_SECTION_LIMITS,
	POLICY_SECTION_ARGUMENT_CLASSES, /* index 0: an argument that is none of the words */
	POLICY_SECTION_MARK_IDENTITIES,
	POLICY_SECTION_PROGRAM_IDENTITIES,
	POLICY_SECTION_RECORDS, /* index 0 is all zero */
	POLICY_SECTION_STATES,  /* index 0 is POLICY_DEAD */
	POLICY_SECTION_SHORT_EDGES,
	POLICY_SECTION_LONG_EDGES,
	POLICY_SECTION_PREFIXES,
	POLICY_SECTION_SUFFIXES,
	POLICY_SECTION_CLASSES,
	POLICY_SECTION_GLOB_ROWS, /* index 0 is dead */
	POLICY_SECTION_ADDRESSES4,
	POLICY_SECTION_ADDRESSES6,
	POLICY_SECTION_PORTS,
	POLICY_SECTIONS
};

struct policy_section {
	__u32 kind;
	__u32 entry_size; /* of the struct below, or of the value where the key is the index */
	__u64 count;
	__u64 offset; /* from the start of the image */
};

struct policy_image_header {
	__u8 magic[4]; /* "POLC" */
	__u32 abi_version;
	__u32 byte_order;
	__u32 checksum; /* CRC-32 (ISO-HDLC, as zlib's) of the image with this field zero */
	__u64 image_size;
	__u32 header_size;
	__u32 section_count;
	struct policy_section sections[POLICY_SECTIONS];
};

struct policy_short_edge {
	struct policy_short_key key;
	__u32 state;
};
struct policy_long_edge {
	struct policy_long_key key;
	__u32 state;
};
struct policy_affix {
	struct policy_affix_key key;
	__u32 class_id;
};
struct policy_class_edge {
	struct policy_class_key key;
	__u32 state;
};
struct policy_address4 {
	struct policy_address4_key key;
	struct policy_address value;
};
struct policy_address6 {
	struct policy_address6_key key;
	struct policy_address value;
};
struct policy_port {
	struct policy_port_key key;
	__u32 word; /* or cases */
};

/* Limits; what exceeds one is a compile error and refused at load. */
#define POLICY_MAX_RULES (1u << 20)
#define POLICY_MAX_RECORDS (1u << 20)
#define POLICY_MAX_STATES (1u << 22)
#define POLICY_MAX_EDGES (1u << 22) /* entries of any one keyed section */
#define POLICY_MAX_GLOB_ROWS 65535u
#define POLICY_MAX_META (1u << 28) /* bytes */

/* ---- sessions and anchors: policyd and the BPF program only ---------------------------------------------------- */

#define POLICY_MAX_SESSIONS 1024 /* numbers 1..1023 */
#define POLICY_MAX_DEPTH 2048    /* names of a path; a deeper one is denied */

/* What an operation leaves behind. */
struct policy_deeds {
	__u64 sets;
	__u64 clears;
	__u64 success_sets;
	__u64 success_clears;
};

/* A process, for as long as it lives: no two that live have the same. */
struct policy_process_key {
	__u64 start_time; /* of its first thread */
	__u32 pid;
	__u32 reserved;
};

/*
 * In the task storage of every thread of a session. Programs and marks have the numbers that the session gives them;
 * `known`: lists of programs of which it is told whether they name what it runs, or an ancestor did.
 */
struct policy_task {
	__u32 session; /* 0: of no session, and there for the flags */
	__u32 flags; /* POLICY_TASK_* */
	__u64 looks_up; /* the name that open(O_CREAT) was sent to look up first: the next question about it is final */
	__u64 exe;
	__u64 exe_known;
	__u64 under;
	__u64 under_known;
	__u64 args;  /* that its program was started with */
	__u64 args_policy; /* by which they are numbered; 0: they are not known */
	__u64 marks; /* of the process that it came from, when it did */
	struct policy_deeds succeeding; /* when the process exits well */
	struct policy_process_key starter; /* the process that started this one */
	struct policy_exec {
		__u64 exe;
		__u64 known;
		__u64 args;
		__u64 takes; /* marks that its files carry */
		struct policy_deeds deeds;
		__u32 given; /* how many arguments, the first included; 0: it was not seen to begin */
		__u32 args_known;
	} starting; /* a program that is being executed */
};

/* Marks of a process, where they are others than those that it began with. */
struct policy_process {
	__u64 changed;
	__u64 marks; /* of these */
};
#define POLICY_MAX_PROCESSES (1u << 16)

/* A file that carries marks. Its storage goes with the inode, which may go before the file. */
struct policy_file_key {
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 session;
	__u32 reserved;
};
#define POLICY_MAX_MARKED_FILES (1u << 18)

#define POLICY_TASK_PROTECTED (1u << 0) /* policyd: no session signals or traces it, whatever its policy says */

/* What stands for a task's storage where there is none. */
struct policy_stray {
	__u32 session;
	__u32 reserved;
	__u64 start_time; /* of the task: another may come to have its address */
};

/* Bits of the descriptors that are in use, the lowest first; higher ones are not looked at. */
#define POLICY_DESCRIPTOR_WORDS 16
struct policy_descriptors {
	__u64 words[POLICY_DESCRIPTOR_WORDS];
};

/* In the storage of every socket that a session made. */
struct policy_socket {
	__u32 session;
	__u32 reserved;
};

/*
 * A file or folder that keeps sessions confined, or says what did: no session changes it. By the address of its inode as
 * well, which policyd holds: on an overlay, files of several layers may share a number.
 */
struct policy_guard_key {
	__u32 dev; /* the superblock's s_dev */
	__u32 reserved;
	__u64 ino;
	__u64 inode; /* kernel address */
};
/* On whose account it is guarded: it is for as long as one session is. policyd's own book-keeping. */
struct policy_guard_account {
	__u32 session;
	__u32 reserved;
	struct policy_guard_key key;
};
#define POLICY_GUARD_CONTENT (1u << 0) /* neither content nor attributes */
#define POLICY_GUARD_PLACE (1u << 1)   /* stays where it is: not renamed, not removed */
#define POLICY_GUARD_MOUNT (1u << 2)   /* root of a mount on the way to the pins: neither unmounted nor moved */
#define POLICY_GUARD_WITHIN (1u << 3)  /* a folder: nothing in it is made, changed or removed */
#define POLICY_MAX_GUARDS (1u << 16)

/*
 * A session's entry: the slot of the policy in force, 0: everything is denied. Session N has slots 2N and 2N + 1: one write,
 * of which only the last bit differs, puts another policy in force.
 */
#define POLICY_MAX_SLOTS (2 * POLICY_MAX_SESSIONS)

/* The root directory (or file) of a mount: where a tree starts. Address and number of the inode must both fit, so a
 * reused one is not taken for it. Where mounts show parts of one another, the one that was there first gives the place. */
struct policy_anchor_key {
	__u32 slot;
	__u32 dev; /* the superblock's s_dev: major << 20 | minor */
	__u64 ino;
	__u64 inode; /* kernel address */
};
struct policy_anchor {
	struct policy_place place;
	__u32 mount;  /* number of the mount point's name in policyd's table: the first was there first */
	__u32 nested; /* on a superblock's root: other mounts show parts of it */
};

/* A superblock beneath an overlay that the session sees: what the overlay itself does there, its own name has decided. */
struct policy_layer_key {
	__u32 slot;
	__u32 dev;
	__u64 superblock; /* kernel address */
};

/* ---- events --------------------------------------------------------------------------------------------------- */

enum policy_object {
	POLICY_OBJECT_PATH,
	POLICY_OBJECT_ANONYMOUS,
	POLICY_OBJECT_INET,  /* 4 bytes of address */
	POLICY_OBJECT_INET6, /* 16 bytes */
	POLICY_OBJECT_ABSTRACT,
	POLICY_OBJECT_UNNAMED,
	POLICY_OBJECT_SESSION_END, /* not a decision: the first process has ended; `count` threads of the session go on */
	POLICY_OBJECT_LOST,        /* not a decision: `count` events did not fit the ring buffer */
	POLICY_OBJECT_SOCKET,      /* a socket, whatever its address */
	POLICY_OBJECT_PRIVILEGE,   /* `op` says which */
	POLICY_OBJECT_UNSEEN,      /* refused before anybody looked what it is about: the operation is denied wherever */
	POLICY_OBJECT_POLICY,      /* not a decision: bytes of the image of `policy`, `count` in all, from `time` on */
	POLICY_OBJECT_ATTENDED     /* not a decision: another policyd goes on where one was ended */
};

/* Why something was denied that no rule and no default denies. */
enum policy_reason {
	POLICY_REASON_POLICY,
	POLICY_REASON_NO_ANCHOR,  /* the tree has no place: mounted within the session, or not visible to it */
	POLICY_REASON_TOO_DEEP,   /* more than POLICY_MAX_DEPTH names */
	POLICY_REASON_UNREADABLE, /* a name, or the walk, could not be read whole */
	POLICY_REASON_WIDENS,     /* a link or rename would permit what the old name does not */
	POLICY_REASON_INTERNAL,   /* a table is missing or full */
	POLICY_REASON_HIDDEN,     /* it could send to another address than the one that is decided */
	POLICY_REASON_CASE,       /* the directory ignores case, so the name does not say which file it is */
	POLICY_REASON_SUBVOLUME,  /* a tree that is made or removed whole, without its names */
	POLICY_REASON_PROTECTED,  /* it keeps sessions confined: out of their reach whatever the policy says */
	POLICY_REASON_UNSEEN,     /* which file it names is not seen, and some may not be touched */
	POLICY_REASON_TOO_COMPLEX, /* more than POLICY_HELD conditional records hold for all beneath */
	POLICY_REASON_UNKNOWN, /* what the rule asks is not known: a program that ran before the policy came, or too many arguments */
	POLICY_REASON_FORGETS, /* a link or rename to a name under which what is remembered of the old one would not be */
	POLICY_REASON_CHANGED  /* its arguments were changed while the program was started */
};

#define POLICY_RING_BYTES (1u << 21)
#define POLICY_EVENT_PATH 4096
struct policy_event {
	__u64 time;   /* CLOCK_MONOTONIC, ns */
	__u64 count;  /* how many this stands for: 1, or repeats of the same process, rule and operation since the last */
	__u64 policy; /* by which it was decided, as in its root; 0: by none */
	__u32 session;
	__u32 pid; /* thread group */
	__u32 word;
	__u8 op;
	__u8 object;
	__u8 reason;
	__u8 protocol;
	__u16 port;     /* host order; 0 where there is none */
	__u16 path_len; /* bytes of path or abstract name in `bytes`; cut at POLICY_EVENT_PATH, then `cut` says so */
	__u16 exe_len;  /* bytes of the program's path, after those */
	__u16 cut;      /* bit 0: path, bit 1: exe was longer than POLICY_EVENT_PATH: only its beginning is here */
	__u32 path_mount; /* the anchor's mount, whose name stands before the path; 0: none */
	__u32 exe_mount;
	__u8 address[16];
	char comm[16];
	char bytes[2 * POLICY_EVENT_PATH];
};
#define POLICY_EVENT_HEADER __builtin_offsetof(struct policy_event, bytes)

/*
 * Repeats of one process, rule and operation within a second are counted here instead of sent. Where no rule decided, of
 * one object too: what a default denies is what its author has to know of.
 */
struct policy_fold_key {
	__u32 session;
	__u32 pid;
	__u32 word;
	__u32 op;
	__u64 object; /* of a default: a sum over all that tells the object from another */
	__u64 policy;
};
struct policy_fold {
	__u64 sent; /* CLOCK_MONOTONIC, ns */
	__u64 pending;
};

/* Repeats that were counted and not reported, taken out of the table by a program of its own, so that none is lost. */
struct policy_repeats {
	struct policy_fold_key key; /* in */
	__u64 count;
};

/* A thread of a session, as the list of them has it. */
struct policy_member {
	__u32 session;
	__u32 pid; /* thread group */
};

/* Where an open file of policyd stands: how it finds the anchors of its mounts. */
struct policy_where {
	__u32 fd; /* in */
	__u32 dev;
	__u64 ino;
	__u64 inode;
	__u64 root_inode; /* of the superblock */
	__u64 superblock;
};

/* ---- the harness: the same decision, asked through BPF_PROG_TEST_RUN ------------------------------------------- */

enum policy_query_kind {
	POLICY_QUERY_PATH,      /* bytes: names joined by '/', without a leading one; result: record, place */
	POLICY_QUERY_ABSTRACT,  /* bytes: the abstract name */
	POLICY_QUERY_ANONYMOUS,
	POLICY_QUERY_UNNAMED,
	POLICY_QUERY_INET,      /* bytes: 4 of address */
	POLICY_QUERY_INET6,     /* bytes: 16 of address */
	POLICY_QUERY_PRIVILEGE, /* `protocol` says which; result: word 0 */
	POLICY_QUERY_ARGUMENTS  /* bytes: arguments, each with a NUL byte behind it; result: who.args */
};
struct policy_query {
	__u32 kind;
	__u32 slot;
	__u32 length; /* of bytes */
	__u16 port;   /* host order */
	__u8 protocol;
	__u8 reserved;
	struct policy_circumstances who;
	struct policy_circumstances unknown; /* bits of who that are not known */
	struct policy_record verdict; /* out: defaults already filled in */
	struct policy_place place;    /* out: of POLICY_QUERY_PATH */
	__s32 error;                  /* out: 0, or a negative errno */
	__u64 facts[POLICY_FACTS][POLICY_OPS]; /* out; programs: as of the first operation */
	__u32 doubtful;               /* out: operations of which it is not known what they leave behind, as bits */
	__u8 bytes[4096];
};

/* What a process does that there is not, by the same functions as in the hooks. */
enum policy_act_kind {
	POLICY_ACT_DECIDE, /* `query`, for `ops`: what it leaves behind is left, but of exec told in `deeds` alone */
	POLICY_ACT_HAPPEN, /* leaves `deeds` behind */
	POLICY_ACT_READ,   /* `file`, and */
	POLICY_ACT_WRITE,  /* writes: marks that it carries are passed */
	POLICY_ACT_END     /* the process */
};
struct policy_act {
	struct policy_query query;
	__u32 kind;
	__u32 session;
	__u32 ops;
	__u32 word; /* out: of an event; 0: none */
	__u64 now;  /* ns */
	struct policy_task self;
	struct policy_process_key process;
	struct policy_file_key file;
	struct policy_deeds deeds; /* in, or out */
	__u64 takes; /* out: marks that the file carries */
	__u64 marks; /* out: that hold for the process then */
	__s32 verdict; /* out: 0, or a negative errno */
	__u32 reserved;
};

_Static_assert(sizeof(struct policy_record) == 40, "layout");
_Static_assert(sizeof(struct policy_place) == 152, "layout");
_Static_assert(sizeof(struct policy_case) == 16, "layout");
_Static_assert(sizeof(struct policy_term) == 72, "layout");
_Static_assert(sizeof(struct policy_state) == 32, "layout");
_Static_assert(sizeof(struct policy_short_edge) == 36, "layout");
_Static_assert(sizeof(struct policy_long_edge) == 264, "layout");
_Static_assert(sizeof(struct policy_affix) == 260, "layout");
_Static_assert(sizeof(struct policy_class_edge) == 20, "layout");
_Static_assert(sizeof(struct policy_glob_row) == 516, "layout");
_Static_assert(sizeof(struct policy_address4) == 36, "layout");
_Static_assert(sizeof(struct policy_address6) == 48, "layout");
_Static_assert(sizeof(struct policy_port) == 16, "layout");
_Static_assert(sizeof(struct policy_limit) == 24, "layout");
_Static_assert(sizeof(struct policy_arguments) == 136, "layout");
_Static_assert(sizeof(struct policy_root) == 808, "layout");
_Static_assert(sizeof(struct policy_section) == 24, "layout");
_Static_assert(sizeof(struct policy_image_header) == 32 + 24 * POLICY_SECTIONS, "layout");
_Static_assert(sizeof(struct policy_anchor_key) == 24, "layout");
_Static_assert(sizeof(struct policy_anchor) == 160, "layout");
_Static_assert(sizeof(struct policy_layer_key) == 16, "layout");
_Static_assert(sizeof(struct policy_event) == 88 + 2 * POLICY_EVENT_PATH + 0, "layout");

#endif
