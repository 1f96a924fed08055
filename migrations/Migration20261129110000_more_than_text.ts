import { Migration } from '@mikro-orm/migrations'

/** What an application attaches to a message: replies, metadata, reactions. */
export class Migration20261129110000_more_than_text extends Migration {
  override up(): void {
    // The text of JSON is kept as it was sent, which `jsonb` would not do.
    this.addSql(`
      alter table "chats"
        add column "metadata" json null,
        add constraint "chats_metadata_check" check (octet_length(metadata::text) <= 4096)`)
    this.addSql(`
      alter table "messages"
        add column "reply_to" bigint null,
        add column "metadata" json null,
        add column "reactions" json null,
        add constraint "messages_reply_to_check" check (reply_to >= 1 and reply_to < id),
        add constraint "messages_metadata_check" check (octet_length(metadata::text) <= 4096),
        add constraint "messages_said_check"
          check (deleted_at is null or (metadata is null and reactions is null))`)
    this.addSql(`
      create index "messages_replies_index" on "messages" ("chat_id", "reply_to", "id") where "reply_to" is not null`)
    this.addSql(`
      create table "reactions" (
        "chat_id" bigint not null,
        "message_id" bigint not null,
        "reaction" text collate "C" not null,
        "user_id" text collate "C" not null,
        primary key ("chat_id", "message_id", "reaction", "user_id"),
        constraint "reactions_chat_id_foreign" foreign key ("chat_id") references "chats" ("id") on delete cascade,
        constraint "reactions_reaction_check" check (char_length(reaction) between 1 and 32),
        constraint "reactions_user_id_check" check (char_length(user_id) between 1 and 255)
      )`)
    // Who asks how it reacted to the messages of a page.
    this.addSql(`create index "reactions_user_index" on "reactions" ("chat_id", "user_id", "message_id")`)
    // As that of messages: whatever the average chat has.
    this.addSql(`alter table "reactions" alter column "chat_id" set (n_distinct = -0.01)`)
  }
}
