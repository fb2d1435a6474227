"""How many distinct people several members know together, without any of them naming one."""
