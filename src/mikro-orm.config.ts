import { ormOptions } from './infrastructure/postgres/migrations/orm.ts'

// For the `mikro-orm` command alone; the service reads its configuration in config.ts.
const { DATABASE_URL, DATABASE_DIRECT_URL = DATABASE_URL } = process.env
if (DATABASE_DIRECT_URL === undefined)
  throw new Error('set DATABASE_URL to the database that the command should look at')

export default await ormOptions({ url: DATABASE_DIRECT_URL })
