/** Tables of what belongs to a chat, by the column that says to which: each row stands beside its chat. */
export const BESIDE_CHATS = ['messages', 'members', 'reactions'] as const

/**
 * Makes the tables those of a cluster, with the rows there are. Keys under which chats were opened are spread by key, so that
 * what was opened under one is found on one machine; no foreign key crosses machines, and they are removed with their chat
 * by the service. `api_keys` and the names of migrations stay with the coordinator.
 */
export const spreading = (shards: number): readonly string[] => [
  ...BESIDE_CHATS.map((table) => `alter table ${table} drop constraint ${table}_chat_id_foreign`),
  'alter table chat_keys drop constraint chat_keys_chat_id_foreign',
  `select create_distributed_table('chats', 'id', shard_count => ${shards}, colocate_with => 'none')`,
  ...BESIDE_CHATS.map((table) => `select create_distributed_table('${table}', 'chat_id', colocate_with => 'chats')`),
  `select create_distributed_table('chat_keys', 'idempotency_key', shard_count => ${shards}, colocate_with => 'none')`,
  // What was copied away is still there, where nobody sees it but checks of later migrations.
  ...['chat_keys', ...BESIDE_CHATS, 'chats'].map(
    (table) => `select truncate_local_data_after_distributing_table('${table}')`,
  ),
  ...BESIDE_CHATS.map(
    (table) => `alter table ${table} add constraint ${table}_chat_id_foreign
      foreign key (chat_id) references chats (id) on delete cascade`,
  ),
]
