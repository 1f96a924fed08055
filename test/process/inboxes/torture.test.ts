import { openStorage } from '../../../src/storage.ts'
import { aDatabase, urlOf } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { aConfig, served } from '../../served.ts'
import { tortureInboxes } from './torture.ts'

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const [CHANGES, CUTS] = process.env['TORTURE'] ? [10_000, 200] : [600, 40]

/** A run prints its own where it fails; with it the same is rolled again, though the machine does other things meanwhile. */
const SEED = Number(process.env['INBOXES_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describe('Followers of inboxes that are cut off again and again', function () {
  this.timeout(CHANGES * 30 + 120_000)
  const hold = releasing()

  it('end up with what the pages show, on two servers, and are never told of anything older than before', async () => {
    const config = aConfig({ DATABASE_URL: urlOf(await aDatabase()) })
    const aServer = async () => hold(await served(await openStorage(config, () => {})), ({ stop }) => stop())
    const urls = [(await aServer()).url, (await aServer()).url]
    await tortureInboxes({ seed: SEED, urls, changes: CHANGES, cuts: CUTS })
  })
})
