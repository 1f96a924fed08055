import { Migration } from '@mikro-orm/migrations'

/**
 * Up to where members have read. Who is a member already has read everything: nothing is known of what it has not.
 *
 * Times of the database are kept beside those that are shown: they alone are compared with each other over all servers.
 */
export class Migration20261129100000_reading extends Migration {
  override up(): void {
    this.addSql(`
      alter table "chats"
        add column "active_at" timestamptz(3) null,
        add column "touched_at" timestamptz(3) not null default now()`)
    this.addSql(`
      update "chats" c set "active_at" = coalesce(
        (select m."created_at" from "messages" m where m."chat_id" = c."id" and m."id" = c."last_message_id"),
        c."created_at"
      )`)
    this.addSql(`alter table "chats" alter column "active_at" set not null, alter column "active_at" set default now()`)
    this.addSql(`
      alter table "members"
        add column "read_message_id" bigint not null default 0,
        add column "marked_at" timestamptz(3) not null default now(),
        add constraint "members_read_message_id_check" check (read_message_id >= 0)`)
    // A marker that moves is written beside its old row: no index holds it, and the page has room, also for those written next.
    this.addSql(`alter table "members" set (fillfactor = 80)`)
    this.addSql(`
      update "members" u set "read_message_id" = c."last_message_id" from "chats" c where c."id" = u."chat_id"`)
    // What is unread is a subtraction, less a range of this.
    this.addSql(`
      create index "messages_deleted_index" on "messages" ("chat_id", "id") where "deleted_at" is not null`)
    // What a chat has of messages and a user of chats differs by orders, and plans are made once for all of them. Where the
    // average is about one, a message would be looked for among all of its chat; where it is thousands, the few chats of a user
    // among all there are. From the next analyze on, plans are made for moderate ones, by the whole key.
    this.addSql(`alter table "messages" alter column "chat_id" set (n_distinct = -0.01)`)
    this.addSql(`
      alter table "members"
        alter column "chat_id" set (n_distinct = -0.1),
        alter column "user_id" set (n_distinct = -0.1)`)
  }
}
