// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "play.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "say.h"

#define PLAYED_SESSION 1

static struct {
	const struct policy_root *root;
	__u32 slot;
	__u32 generation; /* no two plays have the same processes or files */
	__u64 now;
	__u32 filled[2]; /* how many entries of none are among the processes, and among the files */
	struct played {
		int lives;
		struct policy_task self;
		struct policy_process_key key;
		__u32 program; /* file */
	} processes[PLAYED_PROCESSES];
} playing;

static struct policy_act act; /* too large for the stack */

static void begin_act(const struct played *played, enum policy_act_kind kind)
{
	memset(&act, 0, sizeof(act));
	act.kind = kind;
	act.session = PLAYED_SESSION;
	act.now = playing.now;
	act.self = played->self;
	act.self.args = 0;
	act.process = played->key;
	act.query.slot = playing.slot;
}

static int play(const struct kernel_side *kernel)
{
	return play_act(kernel, &act) < 0 ? say_errno("BPF_PROG_TEST_RUN fails") : 0;
}

/* Leaves marks behind, or finds those that there are. */
static int leave(const struct kernel_side *kernel, const struct played *played, const struct policy_deeds *deeds)
{
	begin_act(played, POLICY_ACT_HAPPEN);
	act.deeds = *deeds;
	return play(kernel);
}

static struct policy_process_key key_of(__u32 number)
{
	return (struct policy_process_key){ .start_time = playing.generation, .pid = 1 + number };
}

int play_begin(const struct kernel_side *kernel, const struct image *image, __u32 slot)
{
	__u32 session = PLAYED_SESSION, generation = playing.generation + 1;
	__u64 none = 0;

	memset(&playing, 0, sizeof(playing));
	playing.root = image_section(image, POLICY_SECTION_ROOT);
	playing.slot = slot;
	playing.generation = generation;
	playing.processes[0] = (struct played){ .lives = 1, .key = key_of(0) };
	playing.processes[0].self.session = session;
	playing.processes[0].self.exe_known = ~0ull;
	playing.processes[0].self.under_known = ~0ull;
	return bpf_map_update_elem(kernel->maps[MAP_MARKS], &session, &none, BPF_ANY) ||
			       bpf_map_update_elem(kernel->maps[MAP_SESSIONS], &session, &slot, BPF_ANY)
		       ? say_errno("cannot begin a session")
		       : 0;
}

static const enum map_id FILLED[2] = { MAP_PROCESSES, MAP_MARKED_FILES };

/* Entry `i` of a process or file that there is not. */
static const void *key_of_none(__u32 table, __u32 i)
{
	static struct policy_process_key process;
	static struct policy_file_key file;

	process = (struct policy_process_key){ .start_time = ~0ull, .pid = i };
	file = (struct policy_file_key){ .ino = i, .generation = ~0u, .session = PLAYED_SESSION };
	return table ? (const void *)&file : (const void *)&process;
}

static int fill(const struct kernel_side *kernel, __u32 table)
{
	static const struct policy_process NOTHING;
	__u32 i = playing.filled[table];

	while (!bpf_map_update_elem(kernel->maps[FILLED[table]], key_of_none(table, i), &NOTHING, BPF_ANY))
		i++;
	playing.filled[table] = i;
	return errno == E2BIG ? 0 : say_errno("cannot fill a table");
}

static void empty(const struct kernel_side *kernel)
{
	for (__u32 table = 0; table < 2; table++)
		for (__u32 i = 0; i < playing.filled[table]; i++)
			bpf_map_delete_elem(kernel->maps[FILLED[table]], key_of_none(table, i));
}

void play_end(const struct kernel_side *kernel)
{
	for (__u32 i = 0; i < PLAYED_PROCESSES; i++) {
		if (!playing.processes[i].lives)
			continue;
		begin_act(&playing.processes[i], POLICY_ACT_END);
		play(kernel);
	}
	empty(kernel);
}

static void ask_about(const struct step *step, const __u8 *bytes)
{
	act.ops = step->kind == STEP_EXEC ? 1u << POLICY_OP_EXEC : step->other;
	act.query.kind = step->query;
	act.query.protocol = step->protocol;
	act.query.port = step->port;
	act.query.length = step->length;
	memcpy(act.query.bytes, bytes, step->length);
	act.file = (struct policy_file_key){ .ino = step->file, .generation = playing.generation, .session = PLAYED_SESSION };
}

/* What files carry is passed by what is read and written, after it was permitted. */
static int pass(const struct kernel_side *kernel, const struct played *played, const struct step *step)
{
	struct policy_file_key file = act.file;
	__u32 word = act.word;
	int reads = step->other & (1u << POLICY_OP_READ | 1u << POLICY_OP_LOAD);

	if (!step->file || !(reads || step->other & 1u << POLICY_OP_WRITE))
		return 0;
	begin_act(played, reads ? POLICY_ACT_READ : POLICY_ACT_WRITE);
	act.file = file;
	if (play(kernel))
		return -1;
	if (!act.verdict)
		act.word = word;
	return 0;
}

static int operate(const struct kernel_side *kernel, struct played *played, const struct step *step, const __u8 *bytes)
{
	begin_act(played, POLICY_ACT_DECIDE);
	ask_about(step, bytes);
	if (step->other & 1u << POLICY_OP_LOAD && step->file && step->file == played->program)
		act.self.args = played->self.args;
	if (play(kernel))
		return -1;
	return act.verdict ? 0 : pass(kernel, played, step);
}

/* What arguments answer to. */
static int answer_arguments(const struct kernel_side *kernel, const struct step *step, const __u8 *arguments, __u64 *answer)
{
	static struct policy_query query;

	memset(&query, 0, sizeof(query));
	query.kind = POLICY_QUERY_ARGUMENTS;
	query.slot = playing.slot;
	query.length = step->argument_length;
	memcpy(query.bytes, arguments, step->argument_length);
	if (ask(kernel, &query) < 0)
		return say_errno("BPF_PROG_TEST_RUN fails");
	*answer = query.who.args;
	return query.error ? say("arguments cannot be asked about: %d", query.error) : 0;
}

/* As decide_start, and then take_up_program. */
static int execute(const struct kernel_side *kernel, struct played *played, const struct step *step, const __u8 *bytes)
{
	struct policy_deeds deeds;
	__u64 args = 0;
	__u32 word;

	if (answer_arguments(kernel, step, bytes + step->length, &args))
		return -1;
	begin_act(played, POLICY_ACT_DECIDE);
	ask_about(step, bytes);
	act.self.args = args;
	if (play(kernel))
		return -1;
	if (act.verdict)
		return 0;
	word = act.word;
	deeds = act.deeds;
	deeds.sets |= act.takes;
	deeds.clears &= ~act.takes;
	played->self.exe = act.query.facts[POLICY_FACT_PROGRAMS][0];
	played->self.args = args;
	played->self.succeeding.success_sets |= deeds.success_sets;
	played->self.succeeding.success_clears |= deeds.success_clears;
	played->program = step->file;
	if (leave(kernel, played, &deeds))
		return -1;
	act.word = word;
	return 0;
}

/* As inherit. */
static int start(const struct kernel_side *kernel, const struct played *played, __u32 number)
{
	static const struct policy_deeds NOTHING;
	struct played *child = &playing.processes[number % PLAYED_PROCESSES];

	if (leave(kernel, played, &NOTHING))
		return -1;
	*child = *played;
	child->key = key_of(number);
	child->self.starter = played->key;
	child->self.marks = act.marks & playing.root->process_marks;
	child->self.under |= child->self.exe;
	child->self.under_known &= child->self.exe_known;
	child->self.succeeding = NOTHING;
	return 0;
}

static struct played *process_with(const struct policy_process_key *key)
{
	for (__u32 i = 0; i < PLAYED_PROCESSES; i++)
		if (playing.processes[i].lives && !memcmp(&playing.processes[i].key, key, sizeof(*key)))
			return &playing.processes[i];
	return NULL;
}

/* As succeed. */
static int succeed(const struct kernel_side *kernel, const struct played *played)
{
	struct policy_deeds deeds = { .sets = played->self.succeeding.success_sets, .clears = played->self.succeeding.success_clears };
	const struct played *starter = process_with(&played->self.starter);

	if (!starter) {
		deeds.sets &= ~playing.root->process_marks;
		deeds.clears &= ~playing.root->process_marks;
	}
	return leave(kernel, starter ? starter : played, &deeds);
}

static int finish(const struct kernel_side *kernel, struct played *played, __u32 status)
{
	if (!status && succeed(kernel, played))
		return -1;
	begin_act(played, POLICY_ACT_END);
	played->lives = 0;
	if (play(kernel))
		return -1;
	act.marks &= ~playing.root->process_marks;
	return 0;
}

int play_step(const struct kernel_side *kernel, const struct step *step, const __u8 *bytes, struct stepped *stepped)
{
	struct played *played = &playing.processes[step->process % PLAYED_PROCESSES];
	int failed;

	if (!played->lives || played->key.pid != 1 + step->process)
		return say("process %u is not there", step->process);
	playing.now = step->now;
	switch (step->kind) {
	case STEP_FORK: failed = start(kernel, played, step->other); break;
	case STEP_EXEC: failed = execute(kernel, played, step, bytes); break;
	case STEP_EXIT: failed = finish(kernel, played, step->other); break;
	case STEP_FILL: failed = fill(kernel, !!step->other); break;
	default: failed = operate(kernel, played, step, bytes);
	}
	*stepped = (struct stepped){ .verdict = act.verdict, .word = act.word, .marks = act.marks };
	return failed;
}
