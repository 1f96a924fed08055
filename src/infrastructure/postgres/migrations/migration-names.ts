import { readdirSync } from 'node:fs'

const FOLDER = new URL('../../../../migrations/', import.meta.url)

/** The names of our migrations, in the order in which they are applied: that of the files, which begin with their time. */
export const MIGRATIONS: readonly string[] = readdirSync(FOLDER)
  .flatMap((file) => /^(Migration\d{14}_\w+)\.ts$/.exec(file)?.[1] ?? [])
  .sort()

export const fileOfMigration = (name: string): string => new URL(`${name}.ts`, FOLDER).href
