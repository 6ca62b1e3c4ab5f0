-- A record that was set aside is no longer one of the open records of its problems: nobody is to fix it.
UPDATE problem_group SET open =
  (SELECT count(DISTINCT p.record) FROM problem p JOIN record r ON r.id = p.record
   WHERE p.grp = problem_group.id AND r.status <> 'discarded')
WHERE run IN (SELECT run FROM status_count WHERE status = 'discarded');
