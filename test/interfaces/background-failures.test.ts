import { expect } from 'chai'
import { DatabaseError } from 'pg'
import { Registry } from 'prom-client'
import { backgroundFailures } from '../../src/interfaces/http/server/background-failures.ts'

describe('Failures in the background', () => {
  const reporting = () => {
    const lines: { readonly work: string; readonly err: unknown }[] = []
    const time = { now: 0 }
    const logger = { error: (line: unknown) => void lines.push(line as (typeof lines)[number]) }
    const { report, measure } = backgroundFailures(logger as never, () => time.now)
    const registry = new Registry()
    measure(registry)
    const count = async (work: string) =>
      Number(new RegExp(`^background_failures_total{work="${work}"} (\\d+)$`, 'm').exec(await registry.metrics())?.[1])
    return { lines, time, report, count }
  }
  const failure = (code: string) => Object.assign(new DatabaseError('a test', 1, 'error'), { code })

  it('are counted, each, and logged once a kind, however long they go on', async () => {
    const { lines, time, report, count } = reporting()
    for (let second = 0; second < 600; second++) {
      time.now += 1000
      report('look', failure('42P01'))
    }
    expect(lines.map(({ work }) => work)).to.deep.equal(['look'])
    expect(await count('look')).to.equal(600)
    expect(await count('read')).to.equal(0)
  })

  it('are logged again when they come again after a minute without', () => {
    const { lines, time, report } = reporting()
    for (const pause of [0, 1000, 60_001, 60_000, 60_001]) {
      time.now += pause
      report('look', failure('42P01'))
    }
    expect(lines).to.have.length(3)
  })

  it('are of a kind by their work and code, or by their words but for numbers', () => {
    const { lines, report } = reporting()
    const kinds: [Parameters<typeof report>[0], unknown][] = [
      ['look', failure('42P01')],
      ['look', failure('42P05')],
      ['read', failure('42P01')],
      ['read', new TypeError('x of chat 7')],
      ['read', new RangeError('x of chat 7')],
      ['read', undefined],
      ['read', null],
      ['read', 'words'],
    ]
    for (const [work, error] of kinds) report(work, error)
    const known = lines.length
    for (const [work, error] of kinds) report(work, error)
    report('read', new TypeError('x of chat 8'))
    expect(lines.length).to.equal(known)
    expect(known).to.be.at.least(6)
  })

  it('fill no memory by their number of kinds', () => {
    const { lines, report } = reporting()
    for (let n = 0; n < 1000; n++) report('other', failure(`X${n}`))
    report('other', failure('X0'))
    expect(lines).to.have.length(1001)
  })

  it('do no harm when they cannot be reported', async () => {
    const failing = {
      error: () => {
        throw new Error('cannot be logged')
      },
    }
    backgroundFailures(failing as never).report('look', new Error('a test'))
  })
})
