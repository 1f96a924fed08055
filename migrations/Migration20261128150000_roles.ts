import { Migration } from '@mikro-orm/migrations'

/** Who may see a chat, and who belonged to it. Chats of before are private, and have no members. */
export class Migration20261128150000_roles extends Migration {
  override up(): void {
    this.addSql(`
      alter table "chats"
        add column "visibility" text not null default 'private',
        add column "access_revision" bigint not null default 0,
        add constraint "chats_visibility_check" check (visibility in ('private', 'public')),
        add constraint "chats_access_revision_check" check (access_revision between 0 and revision)`)
    this.addSql(`create index "chats_public_index" on "chats" ("id") where "visibility" = 'public'`)
    this.addSql(`
      alter table "members"
        add column "removed_at" timestamptz(3) null,
        add column "removed_by" text null,
        add constraint "members_removed_by_check" check (removed_by is null or removed_at is not null)`)
    // Who is gone stays a row, and there may be many: the members of a chat and the chats of a user are ranges of those who
    // are there alone.
    this.addSql(`
      create index "members_present_index" on "members" ("chat_id", "user_id") where "removed_at" is null`)
    this.addSql(`create index "members_chats_index" on "members" ("user_id", "chat_id") where "removed_at" is null`)
    this.addSql(`drop index "members_user_id_chat_id_index"`)
    // What changed since a revision, and whether there is another owner, are looked up for every change of a membership.
    this.addSql(`create index "members_chat_id_revision_index" on "members" ("chat_id", "revision")`)
    this.addSql(`
      create index "members_owners_index" on "members" ("chat_id") where "role" = 'owner' and "removed_at" is null`)
  }
}
