import { Migration } from '@mikro-orm/migrations'

/** Who sent what, and who belongs to which chat. Messages of before have no author, and chats of before no members. */
export class Migration20261128130000_authors_and_members extends Migration {
  override up(): void {
    this.addSql(`alter table "messages" add column "author" text null`)
    // By byte, as user ids are ordered wherever they are.
    this.addSql(`
      create table "members" (
        "chat_id" bigint not null,
        "user_id" text collate "C" not null,
        "role" text not null,
        "joined_at" timestamptz(3) not null,
        "revision" bigint not null,
        primary key ("chat_id", "user_id"),
        constraint "members_chat_id_foreign" foreign key ("chat_id") references "chats" ("id") on delete cascade,
        constraint "members_user_id_check" check (char_length(user_id) between 1 and 255),
        constraint "members_role_check" check (role in ('owner', 'moderator', 'member', 'reader'))
      )`)
    // The chats of one user, newest first, are one range.
    this.addSql(`create index "members_user_id_chat_id_index" on "members" ("user_id", "chat_id")`)
  }
}
