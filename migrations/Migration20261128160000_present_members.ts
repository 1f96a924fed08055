import { Migration } from '@mikro-orm/migrations'

/**
 * Who is gone stays a row, and there may be many: the members of a chat and the chats of a user are ranges of those who are
 * there alone.
 */
export class Migration20261128160000_present_members extends Migration {
  override up(): void {
    this.addSql(`
      create index "members_present_index" on "members" ("chat_id", "user_id") where "removed_at" is null`)
    this.addSql(`create index "members_chats_index" on "members" ("user_id", "chat_id") where "removed_at" is null`)
    this.addSql(`drop index "members_user_id_chat_id_index"`)
  }
}
