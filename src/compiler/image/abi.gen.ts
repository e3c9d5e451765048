// Made by scripts/generate-abi.mjs from bpf/policy_abi.h; not to be edited.

export const POLICY_ABI_VERSION = 5;
export const POLICY_BYTE_ORDER = 16909060;
export const POLICY_EFFECT_SHIFT = 29;
export const POLICY_RULE_NONE = 536870911;
export const POLICY_MARKS = 64;
export const POLICY_PROGRAMS = 64;
export const POLICY_ARGUMENTS = 64;
export const POLICY_LIMITS = 32;
export const POLICY_CONDITIONS = 64;
export const POLICY_MAX_TERMS = 1024;
export const POLICY_MAX_CASES = 4194304;
export const POLICY_CASE_LAST = 1;
export const POLICY_CASE_ALWAYS = 2;
export const POLICY_CASE_FACT_SHIFT = 2;
export const POLICY_CASE_FLAGS = 31;
export const POLICY_BY_CASE = 7;
export const POLICY_MAX_MOMENTS = 1048576;
export const POLICY_ARGUMENT_WORDS = 4;
export const POLICY_MAX_ARGUMENT_CLASSES = 65536;
export const POLICY_MAX_ARGUMENT_BYTES = 131072;
export const POLICY_OP_PRIVILEGE = 32;
export const POLICY_CALLS_HIDING = 48;
export const POLICY_CALLS_DATAGRAMS = 49;
export const POLICY_CALLS_LENGTHS = 50;
export const POLICY_CALLS_ATTRIBUTES = 51;
export const POLICY_CALLS_SETS = 52;
export const POLICY_CALLS_CORES = 62;
export const POLICY_CALLS_ALWAYS = 63;
export const POLICY_LANES = 4;
export const POLICY_DEAD = 0;
export const POLICY_HELD = 23;
export const POLICY_STATE_SHORT = 1;
export const POLICY_STATE_LONG = 2;
export const POLICY_STATE_PREFIX = 4;
export const POLICY_STATE_SUFFIX = 8;
export const POLICY_STATE_TIGHTENS = 16;
export const POLICY_STATE_FACTS = 32;
export const POLICY_TIGHT_DENY = 0;
export const POLICY_TIGHT_NONE = 1;
export const POLICY_TIGHT_ALLOW = 2;
export const POLICY_SHORT_NAME = 28;
export const POLICY_NAME_MAX = 255;
export const POLICY_AFFIX_MAX = 248;
export const POLICY_ROOT_WATCHES_ADDRESSES = 1;
export const POLICY_ROOT_WRITES_AGAIN = 2;
export const POLICY_ROOT_SENDS_AGAIN = 4;
export const POLICY_MAX_RULES = 1048576;
export const POLICY_MAX_RECORDS = 1048576;
export const POLICY_MAX_STATES = 4194304;
export const POLICY_MAX_EDGES = 4194304;
export const POLICY_MAX_GLOB_ROWS = 65535;
export const POLICY_MAX_META = 268435456;
export const POLICY_MAX_SESSIONS = 1024;
export const POLICY_MAX_DEPTH = 2048;
export const POLICY_MAX_PROCESSES = 65536;
export const POLICY_MAX_MARKED_FILES = 262144;
export const POLICY_TASK_PROTECTED = 1;
export const POLICY_DESCRIPTOR_WORDS = 16;
export const POLICY_GUARD_CONTENT = 1;
export const POLICY_GUARD_PLACE = 2;
export const POLICY_GUARD_MOUNT = 4;
export const POLICY_GUARD_WITHIN = 8;
export const POLICY_MAX_GUARDS = 65536;
export const POLICY_MAX_SLOTS = 2048;
export const POLICY_RING_BYTES = 2097152;
export const POLICY_EVENT_PATH = 4096;
export const POLICY_EVENT_HEADER = 88;

// enum policy_op
export const POLICY_OP_READ = 0;
export const POLICY_OP_WRITE = 1;
export const POLICY_OP_CREATE = 2;
export const POLICY_OP_DELETE = 3;
export const POLICY_OP_SETATTR = 4;
export const POLICY_OP_EXEC = 5;
export const POLICY_OP_LOAD = 6;
export const POLICY_OP_CONNECT = 7;
export const POLICY_OP_BIND = 8;
export const POLICY_OPS = 9;

// enum policy_effect
export const POLICY_NONE = 0;
export const POLICY_ALLOW = 1;
export const POLICY_AUDIT = 2;
export const POLICY_DENY = 3;
export const POLICY_KILL = 4;

// enum policy_fact
export const POLICY_FACT_NONE = 0;
export const POLICY_FACT_PROGRAMS = 1;
export const POLICY_FACT_SETS = 2;
export const POLICY_FACT_CLEARS = 3;
export const POLICY_FACT_SUCCESS_SETS = 4;
export const POLICY_FACT_SUCCESS_CLEARS = 5;
export const POLICY_FACT_COUNTS = 6;
export const POLICY_FACTS = 7;

// enum policy_privilege
export const POLICY_PRIVILEGE_PTRACE = 0;
export const POLICY_PRIVILEGE_SIGNAL = 1;
export const POLICY_PRIVILEGE_MOUNT = 2;
export const POLICY_PRIVILEGE_USERNS = 3;
export const POLICY_PRIVILEGE_SETNS = 4;
export const POLICY_PRIVILEGE_CHROOT = 5;
export const POLICY_PRIVILEGE_BPF = 6;
export const POLICY_PRIVILEGE_MODULE = 7;
export const POLICY_PRIVILEGE_KEXEC = 8;
export const POLICY_PRIVILEGE_REBOOT = 9;
export const POLICY_PRIVILEGE_PERF = 10;
export const POLICY_PRIVILEGE_RAW_DISK = 11;
export const POLICY_PRIVILEGE_RAW_SOCKET = 12;
export const POLICY_PRIVILEGE_VSOCK = 13;
export const POLICY_PRIVILEGE_NET_ADMIN = 14;
export const POLICY_PRIVILEGE_KERNEL_SETTINGS = 15;
export const POLICY_PRIVILEGE_HANDLE_OPEN = 16;
export const POLICY_PRIVILEGE_IO_URING = 17;
export const POLICY_PRIVILEGE_KEYRING = 18;
export const POLICY_PRIVILEGE_TIME = 19;
export const POLICY_PRIVILEGE_SWAP = 20;
export const POLICY_PRIVILEGE_ESCAPE_SOCKET = 21;
export const POLICY_PRIVILEGE_TERMINAL = 22;
export const POLICY_PRIVILEGES = 23;

// enum policy_protocol
export const POLICY_PROTO_OTHER = 0;
export const POLICY_PROTO_TCP = 1;
export const POLICY_PROTO_UDP = 2;
export const POLICY_PROTOS = 3;

// enum policy_section_kind
export const POLICY_SECTION_META = 0;
export const POLICY_SECTION_ROOT = 1;
export const POLICY_SECTION_TERMS = 2;
export const POLICY_SECTION_CASES = 3;
export const POLICY_SECTION_LIMITS = 4;
export const POLICY_SECTION_ARGUMENT_CLASSES = 5;
export const POLICY_SECTION_MARK_IDENTITIES = 6;
export const POLICY_SECTION_PROGRAM_IDENTITIES = 7;
export const POLICY_SECTION_RECORDS = 8;
export const POLICY_SECTION_STATES = 9;
export const POLICY_SECTION_SHORT_EDGES = 10;
export const POLICY_SECTION_LONG_EDGES = 11;
export const POLICY_SECTION_PREFIXES = 12;
export const POLICY_SECTION_SUFFIXES = 13;
export const POLICY_SECTION_CLASSES = 14;
export const POLICY_SECTION_GLOB_ROWS = 15;
export const POLICY_SECTION_ADDRESSES4 = 16;
export const POLICY_SECTION_ADDRESSES6 = 17;
export const POLICY_SECTION_PORTS = 18;
export const POLICY_SECTIONS = 19;

// enum policy_object
export const POLICY_OBJECT_PATH = 0;
export const POLICY_OBJECT_ANONYMOUS = 1;
export const POLICY_OBJECT_INET = 2;
export const POLICY_OBJECT_INET6 = 3;
export const POLICY_OBJECT_ABSTRACT = 4;
export const POLICY_OBJECT_UNNAMED = 5;
export const POLICY_OBJECT_SESSION_END = 6;
export const POLICY_OBJECT_LOST = 7;
export const POLICY_OBJECT_SOCKET = 8;
export const POLICY_OBJECT_PRIVILEGE = 9;
export const POLICY_OBJECT_UNSEEN = 10;
export const POLICY_OBJECT_POLICY = 11;
export const POLICY_OBJECT_ATTENDED = 12;

// enum policy_reason
export const POLICY_REASON_POLICY = 0;
export const POLICY_REASON_NO_ANCHOR = 1;
export const POLICY_REASON_TOO_DEEP = 2;
export const POLICY_REASON_UNREADABLE = 3;
export const POLICY_REASON_WIDENS = 4;
export const POLICY_REASON_INTERNAL = 5;
export const POLICY_REASON_HIDDEN = 6;
export const POLICY_REASON_CASE = 7;
export const POLICY_REASON_SUBVOLUME = 8;
export const POLICY_REASON_PROTECTED = 9;
export const POLICY_REASON_UNSEEN = 10;
export const POLICY_REASON_TOO_COMPLEX = 11;
export const POLICY_REASON_UNKNOWN = 12;
export const POLICY_REASON_FORGETS = 13;
export const POLICY_REASON_CHANGED = 14;

// enum policy_query_kind
export const POLICY_QUERY_PATH = 0;
export const POLICY_QUERY_ABSTRACT = 1;
export const POLICY_QUERY_ANONYMOUS = 2;
export const POLICY_QUERY_UNNAMED = 3;
export const POLICY_QUERY_INET = 4;
export const POLICY_QUERY_INET6 = 5;
export const POLICY_QUERY_PRIVILEGE = 6;
export const POLICY_QUERY_ARGUMENTS = 7;

// enum policy_act_kind
export const POLICY_ACT_DECIDE = 0;
export const POLICY_ACT_HAPPEN = 1;
export const POLICY_ACT_READ = 2;
export const POLICY_ACT_WRITE = 3;
export const POLICY_ACT_END = 4;

/** Sizes and offsets in bytes; `length`: elements of an array, rows multiplied out. */
export const STRUCTS = {
  policy_record: {
    size: 40,
    fields: {
      word: { offset: 0, size: 36, length: 9 },
      cases: { offset: 36, size: 4 },
    },
  },
  policy_circumstances: {
    size: 32,
    fields: {
      marks: { offset: 0, size: 8 },
      exe: { offset: 8, size: 8 },
      under: { offset: 16, size: 8 },
      args: { offset: 24, size: 8 },
    },
  },
  policy_term: {
    size: 72,
    fields: {
      with: { offset: 0, size: 32 },
      without: { offset: 32, size: 32 },
      condition: { offset: 64, size: 4 },
      reserved: { offset: 68, size: 4 },
    },
  },
  policy_case: {
    size: 16,
    fields: {
      facts: { offset: 0, size: 8 },
      word: { offset: 8, size: 4 },
      ops: { offset: 12, size: 2 },
      condition: { offset: 14, size: 1 },
      flags: { offset: 15, size: 1 },
    },
  },
  policy_limit: {
    size: 24,
    fields: {
      nanoseconds: { offset: 0, size: 8 },
      count: { offset: 8, size: 4 },
      word: { offset: 12, size: 4 },
      window: { offset: 16, size: 4 },
      reserved: { offset: 20, size: 4 },
    },
  },
  policy_argument_class: {
    size: 40,
    fields: {
      moves: { offset: 0, size: 32, length: 4 },
      excludes: { offset: 32, size: 8 },
    },
  },
  policy_arguments: {
    size: 136,
    fields: {
      start: { offset: 0, size: 32, length: 4 },
      only: { offset: 32, size: 32, length: 4 },
      ends: { offset: 64, size: 64, length: 64 },
      count: { offset: 128, size: 4 },
      row: { offset: 132, size: 4 },
    },
  },
  policy_identity: {
    size: 32,
    fields: {
      bytes: { offset: 0, size: 32, length: 32 },
    },
  },
  policy_place: {
    size: 152,
    fields: {
      state: { offset: 0, size: 16, length: 4 },
      sticky: { offset: 16, size: 40 },
      held_count: { offset: 56, size: 4 },
      held: { offset: 60, size: 92, length: 23 },
    },
  },
  policy_state: {
    size: 32,
    fields: {
      fallback: { offset: 0, size: 4 },
      other: { offset: 4, size: 4 },
      accept: { offset: 8, size: 4 },
      sticky: { offset: 12, size: 4 },
      glob: { offset: 16, size: 4 },
      flags: { offset: 20, size: 4 },
      tightest: { offset: 24, size: 4 },
      loosest: { offset: 28, size: 4 },
    },
  },
  policy_short_key: {
    size: 32,
    fields: {
      state: { offset: 0, size: 4 },
      name: { offset: 4, size: 28, length: 28 },
    },
  },
  policy_long_key: {
    size: 260,
    fields: {
      state: { offset: 0, size: 4 },
      name: { offset: 4, size: 256, length: 256 },
    },
  },
  policy_affix_key: {
    size: 256,
    fields: {
      prefixlen: { offset: 0, size: 4 },
      state: { offset: 4, size: 4 },
      bytes: { offset: 8, size: 248, length: 248 },
    },
  },
  policy_class_key: {
    size: 16,
    fields: {
      state: { offset: 0, size: 4 },
      prefix: { offset: 4, size: 4 },
      suffix: { offset: 8, size: 4 },
      glob: { offset: 12, size: 4 },
    },
  },
  policy_glob_row: {
    size: 516,
    fields: {
      accept: { offset: 0, size: 4 },
      next: { offset: 4, size: 512, length: 256 },
    },
  },
  policy_address4_key: {
    size: 8,
    fields: {
      prefixlen: { offset: 0, size: 4 },
      address: { offset: 4, size: 4, length: 4 },
    },
  },
  policy_address6_key: {
    size: 20,
    fields: {
      prefixlen: { offset: 0, size: 4 },
      address: { offset: 4, size: 16, length: 16 },
    },
  },
  policy_address: {
    size: 28,
    fields: {
      ports: { offset: 0, size: 4 },
      word: { offset: 4, size: 24, length: 6 },
    },
  },
  policy_port_key: {
    size: 12,
    fields: {
      prefixlen: { offset: 0, size: 4 },
      ports: { offset: 4, size: 4 },
      op: { offset: 8, size: 1 },
      protocol: { offset: 9, size: 1 },
      port: { offset: 10, size: 2, length: 2 },
    },
  },
  policy_root: {
    size: 808,
    fields: {
      lanes: { offset: 0, size: 4 },
      flags: { offset: 4, size: 4 },
      terms: { offset: 8, size: 4 },
      limits: { offset: 12, size: 4 },
      programs: { offset: 16, size: 8 },
      by_marks: { offset: 24, size: 8 },
      process_marks: { offset: 32, size: 8 },
      file_marks: { offset: 40, size: 8 },
      arguments: { offset: 48, size: 136 },
      defaults: { offset: 184, size: 40 },
      privilege_defaults: { offset: 224, size: 92, length: 23 },
      privilege: { offset: 316, size: 92, length: 23 },
      anonymous: { offset: 408, size: 40 },
      unnamed: { offset: 448, size: 40 },
      path: { offset: 488, size: 152 },
      abstract: { offset: 640, size: 152 },
      calls: { offset: 792, size: 8 },
      policy: { offset: 800, size: 8 },
    },
  },
  policy_section: {
    size: 24,
    fields: {
      kind: { offset: 0, size: 4 },
      entry_size: { offset: 4, size: 4 },
      count: { offset: 8, size: 8 },
      offset: { offset: 16, size: 8 },
    },
  },
  policy_image_header: {
    size: 488,
    fields: {
      magic: { offset: 0, size: 4, length: 4 },
      abi_version: { offset: 4, size: 4 },
      byte_order: { offset: 8, size: 4 },
      checksum: { offset: 12, size: 4 },
      image_size: { offset: 16, size: 8 },
      header_size: { offset: 24, size: 4 },
      section_count: { offset: 28, size: 4 },
      sections: { offset: 32, size: 456, length: 19 },
    },
  },
  policy_short_edge: {
    size: 36,
    fields: {
      key: { offset: 0, size: 32 },
      state: { offset: 32, size: 4 },
    },
  },
  policy_long_edge: {
    size: 264,
    fields: {
      key: { offset: 0, size: 260 },
      state: { offset: 260, size: 4 },
    },
  },
  policy_affix: {
    size: 260,
    fields: {
      key: { offset: 0, size: 256 },
      class_id: { offset: 256, size: 4 },
    },
  },
  policy_class_edge: {
    size: 20,
    fields: {
      key: { offset: 0, size: 16 },
      state: { offset: 16, size: 4 },
    },
  },
  policy_address4: {
    size: 36,
    fields: {
      key: { offset: 0, size: 8 },
      value: { offset: 8, size: 28 },
    },
  },
  policy_address6: {
    size: 48,
    fields: {
      key: { offset: 0, size: 20 },
      value: { offset: 20, size: 28 },
    },
  },
  policy_port: {
    size: 16,
    fields: {
      key: { offset: 0, size: 12 },
      word: { offset: 12, size: 4 },
    },
  },
  policy_deeds: {
    size: 32,
    fields: {
      sets: { offset: 0, size: 8 },
      clears: { offset: 8, size: 8 },
      success_sets: { offset: 16, size: 8 },
      success_clears: { offset: 24, size: 8 },
    },
  },
  policy_process_key: {
    size: 16,
    fields: {
      start_time: { offset: 0, size: 8 },
      pid: { offset: 8, size: 4 },
      reserved: { offset: 12, size: 4 },
    },
  },
  policy_task: {
    size: 192,
    fields: {
      session: { offset: 0, size: 4 },
      flags: { offset: 4, size: 4 },
      looks_up: { offset: 8, size: 8 },
      exe: { offset: 16, size: 8 },
      exe_known: { offset: 24, size: 8 },
      under: { offset: 32, size: 8 },
      under_known: { offset: 40, size: 8 },
      args: { offset: 48, size: 8 },
      args_policy: { offset: 56, size: 8 },
      marks: { offset: 64, size: 8 },
      succeeding: { offset: 72, size: 32 },
      starter: { offset: 104, size: 16 },
      starting: { offset: 120, size: 72 },
    },
  },
  policy_process: {
    size: 16,
    fields: {
      changed: { offset: 0, size: 8 },
      marks: { offset: 8, size: 8 },
    },
  },
  policy_file_key: {
    size: 24,
    fields: {
      ino: { offset: 0, size: 8 },
      dev: { offset: 8, size: 4 },
      generation: { offset: 12, size: 4 },
      session: { offset: 16, size: 4 },
      reserved: { offset: 20, size: 4 },
    },
  },
  policy_stray: {
    size: 16,
    fields: {
      session: { offset: 0, size: 4 },
      reserved: { offset: 4, size: 4 },
      start_time: { offset: 8, size: 8 },
    },
  },
  policy_descriptors: {
    size: 128,
    fields: {
      words: { offset: 0, size: 128, length: 16 },
    },
  },
  policy_socket: {
    size: 8,
    fields: {
      session: { offset: 0, size: 4 },
      reserved: { offset: 4, size: 4 },
    },
  },
  policy_guard_key: {
    size: 24,
    fields: {
      dev: { offset: 0, size: 4 },
      reserved: { offset: 4, size: 4 },
      ino: { offset: 8, size: 8 },
      inode: { offset: 16, size: 8 },
    },
  },
  policy_guard_account: {
    size: 32,
    fields: {
      session: { offset: 0, size: 4 },
      reserved: { offset: 4, size: 4 },
      key: { offset: 8, size: 24 },
    },
  },
  policy_anchor_key: {
    size: 24,
    fields: {
      slot: { offset: 0, size: 4 },
      dev: { offset: 4, size: 4 },
      ino: { offset: 8, size: 8 },
      inode: { offset: 16, size: 8 },
    },
  },
  policy_anchor: {
    size: 160,
    fields: {
      place: { offset: 0, size: 152 },
      mount: { offset: 152, size: 4 },
      nested: { offset: 156, size: 4 },
    },
  },
  policy_layer_key: {
    size: 16,
    fields: {
      slot: { offset: 0, size: 4 },
      dev: { offset: 4, size: 4 },
      superblock: { offset: 8, size: 8 },
    },
  },
  policy_event: {
    size: 8280,
    fields: {
      time: { offset: 0, size: 8 },
      count: { offset: 8, size: 8 },
      policy: { offset: 16, size: 8 },
      session: { offset: 24, size: 4 },
      pid: { offset: 28, size: 4 },
      word: { offset: 32, size: 4 },
      op: { offset: 36, size: 1 },
      object: { offset: 37, size: 1 },
      reason: { offset: 38, size: 1 },
      protocol: { offset: 39, size: 1 },
      port: { offset: 40, size: 2 },
      path_len: { offset: 42, size: 2 },
      exe_len: { offset: 44, size: 2 },
      cut: { offset: 46, size: 2 },
      path_mount: { offset: 48, size: 4 },
      exe_mount: { offset: 52, size: 4 },
      address: { offset: 56, size: 16, length: 16 },
      comm: { offset: 72, size: 16, length: 16 },
      bytes: { offset: 88, size: 8192, length: 8192 },
    },
  },
  policy_fold_key: {
    size: 32,
    fields: {
      session: { offset: 0, size: 4 },
      pid: { offset: 4, size: 4 },
      word: { offset: 8, size: 4 },
      op: { offset: 12, size: 4 },
      object: { offset: 16, size: 8 },
      policy: { offset: 24, size: 8 },
    },
  },
  policy_fold: {
    size: 16,
    fields: {
      sent: { offset: 0, size: 8 },
      pending: { offset: 8, size: 8 },
    },
  },
  policy_repeats: {
    size: 40,
    fields: {
      key: { offset: 0, size: 32 },
      count: { offset: 32, size: 8 },
    },
  },
  policy_member: {
    size: 8,
    fields: {
      session: { offset: 0, size: 4 },
      pid: { offset: 4, size: 4 },
    },
  },
  policy_where: {
    size: 40,
    fields: {
      fd: { offset: 0, size: 4 },
      dev: { offset: 4, size: 4 },
      ino: { offset: 8, size: 8 },
      inode: { offset: 16, size: 8 },
      root_inode: { offset: 24, size: 8 },
      superblock: { offset: 32, size: 8 },
    },
  },
  policy_query: {
    size: 4888,
    fields: {
      kind: { offset: 0, size: 4 },
      slot: { offset: 4, size: 4 },
      length: { offset: 8, size: 4 },
      port: { offset: 12, size: 2 },
      protocol: { offset: 14, size: 1 },
      reserved: { offset: 15, size: 1 },
      who: { offset: 16, size: 32 },
      unknown: { offset: 48, size: 32 },
      verdict: { offset: 80, size: 40 },
      place: { offset: 120, size: 152 },
      error: { offset: 272, size: 4 },
      facts: { offset: 280, size: 504, length: 63 },
      doubtful: { offset: 784, size: 4 },
      bytes: { offset: 788, size: 4096, length: 4096 },
    },
  },
  policy_act: {
    size: 5200,
    fields: {
      query: { offset: 0, size: 4888 },
      kind: { offset: 4888, size: 4 },
      session: { offset: 4892, size: 4 },
      ops: { offset: 4896, size: 4 },
      word: { offset: 4900, size: 4 },
      now: { offset: 4904, size: 8 },
      self: { offset: 4912, size: 192 },
      process: { offset: 5104, size: 16 },
      file: { offset: 5120, size: 24 },
      deeds: { offset: 5144, size: 32 },
      takes: { offset: 5176, size: 8 },
      marks: { offset: 5184, size: 8 },
      verdict: { offset: 5192, size: 4 },
      reserved: { offset: 5196, size: 4 },
    },
  },
} as const;
