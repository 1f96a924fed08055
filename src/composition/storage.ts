import { ContainerModule } from 'inversify'
import { ringAfterChange } from '../application/following/ring-after-change.ts'
import type { Bell } from '../application/ports/bell.ts'
import type { Chats } from '../application/ports/chats.ts'
import type { Health } from '../application/ports/health.ts'
import type { Journal } from '../application/ports/journal.ts'
import type { Load } from '../application/ports/load.ts'
import type { Inboxes } from '../application/ports/inboxes.ts'
import type { Keys } from '../application/ports/keys.ts'
import type { Markers } from '../application/ports/markers.ts'
import type { Reactions } from '../application/ports/reactions.ts'
import type { Signals } from '../application/ports/signals.ts'
import { names } from './names.ts'

/** The driven adapters of one choice of storage, open and ready. */
export interface Storage {
  readonly chats: Chats
  readonly journal: Journal
  readonly markers: Markers
  readonly inboxes: Inboxes
  readonly signals: Signals
  readonly reactions: Reactions
  readonly keys: Keys
  readonly bell: Bell
  readonly health: Health
  /** None: it never has anything to do. */
  readonly load?: Load
  /** After the last request. */
  readonly close: () => Promise<void>
}

export const storageModule = (storage: Storage) =>
  new ContainerModule(({ bind }) => {
    const { chats, journal, markers, inboxes, signals, reactions, keys, bell, health, load } = storage
    bind(names.chats).toConstantValue(ringAfterChange(chats, bell))
    bind(names.journal).toConstantValue(journal)
    bind(names.markers).toConstantValue(markers)
    bind(names.inboxes).toConstantValue(inboxes)
    bind(names.signals).toConstantValue(signals)
    bind(names.reactions).toConstantValue(reactions)
    bind(names.keys).toConstantValue(keys)
    bind(names.bell).toConstantValue(bell)
    bind(names.health).toConstantValue(health)
    bind(names.load).toConstantValue(load)
  })
