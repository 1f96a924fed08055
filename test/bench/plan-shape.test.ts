import { expect } from 'chai'
import { shapeOf } from '../../bench/plan-shape.ts'

const PLAN = `Aggregate  (cost=412.01..412.02 rows=1 width=40) (actual time=6.8..6.8 rows=1.00 loops=1)
  ->  Nested Loop  (cost=0.70..1.10 rows=3 width=8) (actual time=0.010..6.1 rows=1000.00 loops=1)
        ->  Index Scan using members_chats_index on members u_1  (cost=0.42..9.1 rows=10 width=24) (actual time=0.010..0.9 rows=990.00 loops=1)
              Index Cond: (user_id = 'in-1000-0'::text)
              Filter: (removed_at IS NULL)
              Rows Removed by Filter: 10
              Buffers: shared hit=1003
        ->  Index Scan using chats_pkey on chats c_1  (cost=0.29..0.31 rows=1 width=16) (actual time=0.001..0.001 rows=1.00 loops=990)
              Index Cond: (id = u_1.chat_id)
  SubPlan 1
    ->  Aggregate  (cost=8.3..8.3 rows=1 width=8) (actual time=0.1..0.1 rows=1.00 loops=21)
          ->  Index Only Scan using messages_deleted_index on messages m  (cost=0.14..8.2 rows=1 width=0) (actual time=0.1..0.1 rows=5.00 loops=21)
    ->  Seq Scan on messages m_1  (cost=0.4..2 rows=1 width=221) (never executed)
  ->  Bitmap Heap Scan on members  (cost=4.4..12 rows=10 width=24) (actual time=0.1..0.2 rows=10.00 loops=1)
        ->  Bitmap Index Scan on members_chats_index  (cost=0.0..4 rows=10 width=0) (actual time=0.1..0.1 rows=10.00 loops=1)
  ->  Function Scan on wanted  (cost=0.01..0.02 rows=1 width=48) (actual time=0.006..0.006 rows=1.00 loops=1)
        Filter: (known > 0)
        Rows Removed by Filter: 3
Execution Time: 7.0 ms`

describe('The shape of a plan', () => {
  it('is which indexes of which tables were looked at, and how many rows altogether, those among them that a filter removed', () => {
    expect(shapeOf(PLAN).split('; ')).to.deep.equal([
      'members_chats_index of members: 1,000',
      'chats_pkey of chats: 990',
      'messages_deleted_index of messages: 105',
      'Bitmap Heap Scan of members: 10',
    ])
  })
})
