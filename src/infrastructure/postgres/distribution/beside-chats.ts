/**
 * Puts a table that a migration has just made beside the chats, by its column `chat_id`, where these are spread over machines by
 * Citus; does nothing elsewhere. Its foreign key comes after that, in a statement of its own: until then it would lead from one
 * machine to all. As to what else a migration may say there, see CONTRIBUTING.md. Migrations that were applied have said this: it does not change.
 */
export const besideChats = (table: string): string => `
  do $$ begin
    if to_regclass('pg_dist_partition') is not null then
      if exists (select from pg_dist_partition where logicalrelid = to_regclass('chats')) then
        perform create_distributed_table('${table}', 'chat_id', colocate_with => 'chats');
      end if;
    end if;
  end $$`
