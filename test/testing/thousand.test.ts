import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

interface Figures {
  readonly firstMs: number
  readonly medianMs: number
  readonly leftBytesEach: number
  readonly holding: readonly string[]
}

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const COUNT = process.env['TORTURE'] ? 1000 : 200

/** Twice what the engine keeps of its own (code it compiles, shapes it learns), which hardly differs from run to run. */
const LEFT_BYTES = 2_200

const SOURCES = join(import.meta.dirname, '../../src/testing/index.ts')

const figures = async (count: number): Promise<Figures> => {
  const args = ['--expose-gc', join(import.meta.dirname, 'figures.mjs'), SOURCES, String(count)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Figures
}

describe('Messengers in one process', () => {
  // How long they take is printed by test/testing/figures.mjs: wall clock says nothing of us on a busy machine.
  it(`leave nothing behind, ${COUNT} of them, each of which answered a request`, async () => {
    const { leftBytesEach, holding } = await figures(COUNT)
    expect(leftBytesEach, 'bytes').to.be.below(LEFT_BYTES)
    expect(holding, 'what would keep the process alive').to.deep.equal([])
  })
})
