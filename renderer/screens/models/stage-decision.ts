/** What a person can do with a version. */
export type StageDecision = 'promote' | 'stage' | 'archive' | 'rollback';
