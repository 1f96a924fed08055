/**
 * The milliseconds that something may take. On a quiet machine, which `npm run test:torture` asks for, that is the goal; in
 * the ordinary run, beside whatever else the machine does, it only says that nothing hangs.
 */
export const goal = (milliseconds: number): number => (process.env['TORTURE'] ? milliseconds : 30_000)
