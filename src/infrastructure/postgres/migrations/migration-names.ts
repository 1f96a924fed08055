/** In the order in which they are applied. */
export const MIGRATIONS = ['Migration20261124110000_chats', 'Migration20261124120000_idempotency_keys'] as const

export type MigrationName = (typeof MIGRATIONS)[number]
