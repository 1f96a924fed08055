import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const [STREAMS, CHATS] = [1000, 100]
/** Of one stream: as it waits for something to happen, and with an entry of each chat that it has not taken. */
const [QUIET_BYTES, STALLED_BYTES] = [20_000, 30_000]

describe('A thousand streams of inboxes that share a hundred chats', () => {
  it('take less than 20 KB each, and little more when none of what is told is taken, however much that is', async function () {
    this.timeout(300_000)
    const args = ['--expose-gc', join(import.meta.dirname, 'footprint.ts'), String(STREAMS), String(CHATS)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { told, quiet, stalled } = JSON.parse(stdout) as Record<string, number>
    expect(told).to.equal(STREAMS * (CHATS + 1))
    expect(quiet, 'quiet').to.be.below(QUIET_BYTES)
    expect(stalled, 'stalled').to.be.below(STALLED_BYTES)
  })
})
