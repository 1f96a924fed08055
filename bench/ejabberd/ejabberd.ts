import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createMessenger } from '../database.ts'
import type { Section } from '../section.ts'
import { startOurs } from '../targets.ts'
import { crashes } from './crashes.ts'
import { createArchive } from './database.ts'
import { FOLLOWERS, figuresOf } from './figures.ts'
import { ejabberdSchema, ejabberdVersions, startEjabberd } from './node.ts'
import { notesOn } from './notes.ts'
import { startSharedPostgres } from './postgres.ts'

/** A server of chats that is in use everywhere, beside ours and on the same PostgreSQL, in turns. */
export const ejabberd: Section = async (stage) => {
  const found = await ejabberdVersions()
  if ('missing' in found) return { rows: [], notes: `## ejabberd\n\n${found.missing}` }
  const folder = join(stage.folder, 'ejabberd')
  await mkdir(folder)
  return stage.temporarily(startSharedPostgres(stage.folder), async (postgres) => {
    const own = await createMessenger(postgres, 'ours', stage.sizes)
    const database = await createArchive(postgres, await ejabberdSchema(), stage.sizes, FOLLOWERS + 1)
    const { rows, costs } = await stage.temporarily(startOurs(own), (ours) =>
      stage.temporarily(startEjabberd(folder, database), (theirs) =>
        figuresOf(stage, { ours, ejabberd: theirs, postgres, database }),
      ),
    )
    const lost = await crashes(stage, postgres, own, { folder, database })
    return { rows: [...rows, ...lost], notes: notesOn(found.versions, costs) }
  })
}
