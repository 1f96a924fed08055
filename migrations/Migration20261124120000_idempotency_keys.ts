import { Migration } from '@mikro-orm/migrations'

/** What was done under which key: beside the messages themselves, and for chats in a table spread by key. */
export class Migration20261124120000_idempotency_keys extends Migration {
  override up(): void {
    this.addSql(`
      alter table "messages"
        add column "idempotency_key" text null,
        add column "fingerprint" text null,
        add column "posted_revision" bigint null`)
    // Partial: a message without a key has no entry, and pays nothing.
    this.addSql(`
      create unique index "messages_chat_id_idempotency_key_unique"
        on "messages" ("chat_id", "idempotency_key") where "idempotency_key" is not null`)
    this.addSql(`
      create table "chat_keys" (
        "idempotency_key" text not null,
        "fingerprint" text not null,
        "chat_id" bigint not null,
        primary key ("idempotency_key"),
        constraint "chat_keys_chat_id_foreign" foreign key ("chat_id") references "chats" ("id") on delete cascade
      )`)
    this.addSql(`create index "chat_keys_chat_id_index" on "chat_keys" ("chat_id")`)
  }
}
