import { edit, type Plant, readsAsEverybody } from "./plant.ts";

// What people get wrong about chat histories, answers that are streamed, and who pays for them.
export const conversationPlants: readonly Plant[] = [
  {
    name: "message-ids-looked-up-before-lock",
    bug: "whether a message is there already is read before the conversation is locked, and a conflict is taken for a repetition",
    edits: [
      edit(
        "conversations/rows.ts",
        "const [locked, messages, said] = await Promise.all([\n    lockRows(tx, tenantId, CONVERSATIONS, wanted.conversations, wait),\n",
        "const [messages, locked, said] = await Promise.all([\n",
      ),
      edit(
        "conversations/rows.ts",
        "        ]),\n    wanted.said.length === 0 ?",
        "        ]),\n    lockRows(tx, tenantId, CONVERSATIONS, wanted.conversations, wait),\n    wanted.said.length === 0 ?",
      ),
      edit(
        "conversations/write-rows.ts",
        "    as appended (conversation_id, seq, message_id, role, metadata, parts, status, error, version, operation_id)`;",
        "    as appended (conversation_id, seq, message_id, role, metadata, parts, status, error, version, operation_id) on conflict do nothing`;",
      ),
    ],
  },
  {
    name: "message-ids-forgotten",
    bug: "a message that is sent again under a new key is taken for a new one, and has a new id",
    edits: [
      edit(
        "conversations/guards.ts",
        "    if (known !== undefined) {\n",
        '    if (known !== undefined && "metadata" in message) {\n      const twin = { message: { ...message, id: message.id + "-" + seq }, status: "complete" } as const;\n      seq += 1n;\n      changes.push({ type: "append", conversationId: conversation.id, message: twin });\n      stand.push({ messageId: message.id, seq: String(seq) });\n      continue;\n    }\n    if (known !== undefined) {\n',
      ),
    ],
  },
  {
    name: "seq-counted-before-lock",
    bug: "the next seq is count(*) of the messages, counted before the lock is granted",
    edits: [
      edit(
        "conversations/rows.ts",
        "  const none = Promise.resolve([]);",
        '  const counted = await tx.run("select conversation_id::text as id, count(*)::text as count from holdfast.messages where tenant_id = $1::int and conversation_id = any($2::uuid[]) group by 1", [tenant, pgArray(wanted.conversations)]);\n  const counts = new Map(counted.map((row) => [textOf(row, "id"), BigInt(textOf(row, "count"))]));\n  const none = Promise.resolve([]);',
      ),
      edit(
        "conversations/rows.ts",
        "    rows.readConversation(conversationOf(id, row));",
        "    rows.readConversation({ ...conversationOf(id, row), lastSeq: counts.get(id) ?? 0n });",
      ),
    ],
  },
  {
    name: "expected-seq-ignored",
    bug: "expectedSeq is accepted and not looked at",
    edits: [
      edit(
        "conversations/guards.ts",
        "if (expectedSeq === undefined || expectedSeq === lastSeq) return undefined;",
        "if (expectedSeq !== lastSeq - 1_000_000n) return undefined;",
      ),
    ],
  },
  {
    name: "append-not-atomic",
    bug: "of several messages those are written that stand before the one that is refused",
    edits: [
      edit(
        "conversations/guards.ts",
        "    if (known !== undefined && !sayTheSame(known.message, message))\n",
        "    if (known !== undefined && !sayTheSame(known.message, message) && changes.length > 0) break;\n    if (known !== undefined && !sayTheSame(known.message, message))\n",
      ),
    ],
  },
  {
    name: "content-compared-as-text",
    bug: "the same message with its fields in another order is taken for another one",
    edits: [
      edit(
        "conversations/message.ts",
        "return isDeepStrictEqual(asStored(one), asStored(other));",
        "return isDeepStrictEqual(JSON.stringify(asStored(one)), JSON.stringify(asStored(other)));",
      ),
    ],
  },
  {
    name: "second-answer-opened",
    bug: "nobody asks whether an answer is under way, unless the message may wait",
    edits: [
      edit(
        "conversations/decide-answers.ts",
        "  if (found.answer !== undefined) {",
        '  if (found.answer !== undefined && command.whenBusy === "queue") {',
      ),
    ],
  },
  {
    name: "late-words-in-next-answer",
    bug: "what is said of an answer that has ended goes into the one that is under way by now",
    edits: [
      edit(
        "conversations/decide-answers.ts",
        '  if (answer?.id !== named.answerId) return refuse("ANSWER_ENDED", { answerId: named.answerId });',
        '  if (answer === undefined) return refuse("ANSWER_ENDED", { answerId: named.answerId });',
      ),
    ],
  },
  {
    name: "lease-left-to-nobody",
    bug: "an answer whose generator has vanished is under way until somebody stops it",
    edits: [edit("conversations/feature.ts", "due: dueAbandonments,", "due: () => [],")],
  },
  {
    name: "lease-not-renewed",
    bug: "an answer has to end within one lease, however much is heard of it",
    edits: [
      edit(
        "conversations/conversation.ts",
        "this.conversations.set(before.id, { ...said, answer: { ...answer, leaseUntilMs } });",
        "this.conversations.set(before.id, { ...said, answer: leaseUntilMs > 0 ? answer : { ...answer, leaseUntilMs } });",
      ),
    ],
  },
  {
    name: "abandoned-answer-forgets",
    bug: "an answer that is given up loses what was said of it",
    edits: [
      edit(
        "conversations/rows.ts",
        "const more = abandoned.length === 0 ? []",
        "const more = abandoned.length >= 0 ? []",
      ),
    ],
  },
  {
    name: "saves-not-recorded",
    bug: "what is said of answers is not recorded under its key, there is so much of it; a retry says it twice",
    edits: [
      edit(
        "write-path/decide.ts",
        "    operations.push({ id: operationId,",
        '    if (kind !== "conversations.save") operations.push({ id: operationId,',
      ),
    ],
  },
  {
    name: "answer-paid-again",
    bug: "each time all tokens so far are paid for, those too that were paid before",
    edits: [
      edit(
        "conversations/payment.ts",
        "let owed = priceOf(tokens ?? 0, terms) - hold.captured;",
        "let owed = priceOf(tokens ?? 0, terms);",
      ),
    ],
  },
  {
    name: "hold-kept-on-stop",
    bug: "an answer that is stopped keeps its hold until that expires",
    edits: [
      edit(
        "conversations/decide-answers.ts",
        "  const pay = giveBack(found.answer, wallets, context);",
        "  const pay = context.nowMs > 0 ? undefined : giveBack(found.answer, wallets, context);",
      ),
    ],
  },
  {
    name: "saying-makes-no-version",
    bug: "what is said of an answer is written and the conversation's version stays",
    edits: [
      edit(
        "conversations/conversation.ts",
        "    this.conversations.set(before.id, { ...before, version });\n",
        "",
      ),
    ],
  },
  {
    name: "feed-cursor-is-seq",
    bug: "the feed takes a watcher's version for the seq of the last message that it knows",
    edits: [
      edit(
        "conversations/topic.ts",
        "        and seq <= wanted.since and version <= wanted.since order by conversation_id desc, seq desc limit 1), 0) as seq",
        "        and seq <= wanted.since order by conversation_id desc, seq desc limit 1), 0) as seq",
      ),
    ],
  },
  {
    name: "feed-tells-answers-as-they-are",
    bug: "a watcher is told of the beginning of an answer as it has become meanwhile, and then of every piece of it",
    edits: [
      edit(
        "conversations/topic.ts",
        'return row["generated"] === true\n',
        'return row["generated"] === "never"\n',
      ),
    ],
  },
  {
    name: "last-event-id-ignored",
    bug: "who comes back after a lost connection is told everything again",
    edits: [
      {
        file: "packages/api/src/changes/cursor.ts",
        find: "since: this.#known[at] ?? topic.since }));",
        replace: "since: topic.since ?? this.#known[at] }));",
      },
    ],
  },
  {
    name: "foreign-history-exported",
    bug: "whoever knows the id reads the conversation",
    edits: [
      edit(
        "conversations/queries.ts",
        "      and ($3::text is null or conversation.owner_id = $3::text)\n    order by",
        "      and ($3::text is null or $3 <> '')\n    order by",
      ),
      readsAsEverybody,
    ],
  },
  {
    name: "foreign-topic-watched",
    bug: "whoever knows the id is told of every message",
    edits: [
      edit(
        "conversations/topic.ts",
        "and ($3::text is null or owner_id = $3::text) offset 0) as found`",
        "and ($3::text is null or $3 <> '') offset 0) as found`",
      ),
      readsAsEverybody,
    ],
  },
  {
    name: "answers-read-from-their-rows",
    bug: "a read shows of an answer under way only what is in its row",
    edits: [
      edit(
        "conversations/views.ts",
        "message: isStreaming ? { ...message, parts: afterSteps(message.parts, said) } : message,",
        "message: isStreaming && said.length === 0 ? { ...message, parts: afterSteps(message.parts, said) } : message,",
      ),
    ],
  },
];
