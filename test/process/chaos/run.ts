import { setTimeout as sleep } from 'node:timers/promises'
import type { Violation } from './checker/history.ts'
import { check } from './checker/check.ts'
import { aHost, openChats } from './clients/chats.ts'
import type { RunningFollower } from './clients/follower.ts'
import { caughtUp, followersOf } from './clients/followers.ts'
import { aReader } from './clients/readers.ts'
import { aWorld, type World } from './clients/world.ts'
import { aRenamer, aWriter, anEditor } from './clients/writers.ts'
import { diceOf } from './dice.ts'
import { commit, drawn } from './faults.ts'
import { serverChats, storedChats } from './final.ts'
import { anInstallation, type Installation } from './installation.ts'

/** Milliseconds within which both servers must be ready after the last fault of a round has ended. */
const RECOVERY_MS = 30_000

/** Milliseconds after that from which 503 is a violation, and for how long that is watched, on a quiet machine. */
const GRACE_MS = 1000
const CALM_MS = 1000

export interface Plan {
  readonly seed: number
  /** How many processes are killed with -9, at least. */
  readonly kills: number
  /** Whether the machine has nothing else to do: only then must nothing be refused or time out while no fault is on. */
  readonly isQuiet: boolean
}

export interface Outcome {
  readonly seed: number
  readonly kills: number
  readonly faults: Readonly<Record<string, number>>
  readonly acknowledged: number
  readonly events: number
  readonly pages: number
  readonly answers: Readonly<Record<string, number>>
  readonly seconds: number
  readonly violations: readonly Violation[]
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    async ({ status, body }) => (await body?.cancel(), status === 200),
    () => false,
  )

const recovered = async ({ units }: Installation, world: World, after: string) => {
  const deadline = performance.now() + RECOVERY_MS
  for (const { url } of units)
    while (!(await isReady(url))) {
      if (performance.now() > deadline) {
        world.incidents.push(`${url} is not ready ${RECOVERY_MS} ms after ${after}`)
        break
      }
      await sleep(20)
    }
}

/** Faults from the seed against two servers under load until so many processes were killed, and all that came of it. */
export const run = async ({ seed, kills, isQuiet }: Plan, log: (line: string) => void): Promise<Outcome> => {
  const since = performance.now()
  const dice = diceOf(seed)
  const incidents: string[] = []
  const installation = await anInstallation((incident) => incidents.push(incident))
  const world = aWorld(
    dice.of('clients'),
    installation.units.map(({ url }) => url),
    incidents,
  )
  const followers: RunningFollower[] = []
  const opened = followersOf(world, followers)
  const faults: Record<string, number> = {}
  let killed = 0

  try {
    await openChats(world, opened)
    const clients = [
      ...Array.from({ length: 12 }, (_, n) => aWriter(world, `writer${n}`)),
      ...Array.from({ length: 4 }, (_, n) => anEditor(world, `editor${n}`)),
      ...Array.from({ length: 3 }, (_, n) => aReader(world, `reader${n}`)),
      aRenamer(world, 'renamer'),
      aHost(world, 'host', opened),
    ]
    const failed = Promise.all(clients)
    failed.catch(() => undefined)

    const ofFaults = dice.of('faults')
    for (let round = 1; killed < kills; round++) {
      const chosen = drawn(installation, ofFaults)
      const names = chosen.map(({ kind }) => kind)
      const minutes = ((performance.now() - since) / 60_000).toFixed(1)
      log(`round ${round}, ${killed} kills, ${minutes} min: ${names.join(', ')}`)
      const known = incidents.length
      world.calm(false)
      await Promise.race([commit(chosen, ofFaults), failed])
      await recovered(installation, world, names.join(', '))
      await sleep(GRACE_MS)
      world.calm(isQuiet)
      await sleep(CALM_MS)
      for (const kind of names) faults[kind] = (faults[kind] ?? 0) + 1
      killed += chosen.filter(({ isKill }) => isKill).length
      for (const incident of incidents.slice(known)) log(`  ! ${incident}`)
    }
    world.end()
    await failed
    world.calm(false)

    const stored = await storedChats(installation.postgres)
    await caughtUp(followers, new Map(stored.map(({ id, revision }) => [id, revision])))
    const servers = [await serverChats(world, 0), await serverChats(world, 1)]
    for (const follower of followers) follower.stop()
    await Promise.all(followers.map(({ ended }) => ended))
    const { deeds, pages } = world
    const answers = world.answers()
    const broken = check({ deeds, pages, followers, answers, stored, servers })
    return {
      seed,
      kills: killed,
      faults,
      acknowledged: deeds.filter(({ outcome, isRepeated }) => outcome === 'done' && !isRepeated).length,
      events: followers.reduce((sum, { told }) => sum + told.length, 0),
      pages: pages.length,
      answers: Object.fromEntries(
        answers.map(({ operation, status, isCalm, count }) => [
          `${operation} ${status}${isCalm ? '' : ' under faults'}`,
          count,
        ]),
      ),
      seconds: Math.round((performance.now() - since) / 1000),
      violations: [...incidents.map((what) => ({ rule: 'an incident', what })), ...broken],
    }
  } finally {
    world.end()
    for (const follower of followers) follower.stop()
    await installation.close()
  }
}
