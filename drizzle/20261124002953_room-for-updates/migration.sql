-- Wallets and holds are updated far more often than inserted. With room on its page a new version of a row stays there
-- (a HOT update), and no index has to learn of it.
ALTER TABLE "holdfast"."wallets" SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE "holdfast"."holds" SET (fillfactor = 70);
