import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from './dice.ts'
import { disturbancesOf } from './disturbances.ts'
import type { Fault } from './fault.ts'
import type { Installation } from './installation.ts'
import { killsOf } from './kills.ts'

const draw = (faults: readonly Fault[], dice: Dice): Fault => {
  let left = dice.roll() * faults.reduce((sum, { weight }) => sum + weight, 0)
  return faults.find(({ weight }) => (left -= weight) < 0) ?? dice.pick(faults)
}

/** A kill, and in most rounds something else about the same time. */
export const drawn = (installation: Installation, dice: Dice): readonly Fault[] => {
  const [one, other] = dice.roll() < 0.5 ? installation.units : installation.units.toReversed()
  if (!one || !other) throw new Error('there are two servers')
  const kill = draw(killsOf(installation, one, dice), dice)
  const another = () => {
    const candidates =
      dice.roll() < 0.3 ? killsOf(installation, other, dice) : disturbancesOf(installation, other, dice)
    return draw(
      candidates.filter(({ victim }) => victim !== kill.victim),
      dice,
    )
  }
  const second = dice.roll() < 0.75 ? [another()] : []
  return dice.roll() < 0.5 ? [kill, ...second] : [...second, kill]
}

/** Faults begin one after another, last a while together, and end all at once. */
export const commit = async (faults: readonly Fault[], dice: Dice): Promise<void> => {
  const lengths = faults.map(() => dice.between(0, 1500))
  const last = dice.between(100, 2500)
  for (const [index, { begin }] of faults.entries()) {
    await begin()
    await sleep(index === faults.length - 1 ? last : lengths[index])
  }
  await Promise.all(faults.map(({ end }) => end()))
}
