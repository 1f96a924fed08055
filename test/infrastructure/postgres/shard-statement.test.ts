import { expect } from 'chai'
import type { ChatId } from '../../../src/domain/identity.ts'
import { scalar } from '../../../src/infrastructure/postgres/database/parameters.ts'
import { shardStatement } from '../../../src/infrastructure/postgres/database/shard-statement.ts'
import { find } from './find-title.ts'

describe('A statement as a function of machines', () => {
  const { name, signature, declaration, body } = find.onMachines
  const shard = { id: 7, tables: { chats: 'chats_7', messages: 'messages_8', members: 'members_9', reactions: 'r_10' } }

  it('names the tables of each shard, and finds out those that it does not know', () => {
    expect(signature).to.equal(`${name}(bigint, bigint, bigint, boolean)`)
    expect(declaration)
      .to.contain(`${name}(_1 bigint, _chat bigint, _shard bigint, _held boolean)`)
      .and.contain('(found_1 text)')
    expect(body([shard])).to.contain(
      'when 7 then return query select title from chats_7 join members_9 where id = $1::bigint;',
    )
    expect(body([shard])).to.contain('select title from %1$s join %3$s where id = $1::bigint')
    // Not to be had of a shard that is no more: not even asked for there.
    expect(body([])).to.match(
      /case when \$4 then lock_shard_metadata\(5, array\[\$3\]\) end from pg_dist_placement .* where shardid = \$3;/,
    )
  })

  it('is named by what it does, whatever the shards are called', () => {
    const same = (text: string, isReading = true) =>
      shardStatement(
        'find',
        { id: scalar<ChatId>('bigint') },
        { chatOf: ({ id }) => id, isReading },
        () => text,
        ['text'],
        () => '',
      ).onMachines
    expect(same('select 1').name).to.equal(same('select 1').name)
    expect(same('select 1').name).not.to.equal(same('select 2').name)
    expect(same('select 1').name).not.to.equal(same('select 1', false).name)
    expect(name).to.match(/^messenger_find_[0-9a-f]{12}$/)
  })
})
