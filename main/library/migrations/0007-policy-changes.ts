/** What a person changed in a session's policy: finding to consequence. */
export const policyChangesMigration = `
ALTER TABLE sessions ADD COLUMN policy_changes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(policy_changes));
`;
