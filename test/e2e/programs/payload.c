/* What a technique tries to run: says by its status that it did. With BARE it is small, as it is copied often. */
#define PAYLOAD_STATUS 42

#ifdef BARE
#include <asm/unistd.h>

void _start(void);

void _start(void)
{
	__asm__ volatile("syscall" : : "a"(__NR_exit_group), "D"(PAYLOAD_STATUS) : "rcx", "r11", "memory");
	__builtin_unreachable();
}
#else
int main(void)
{
	return PAYLOAD_STATUS;
}
#endif
