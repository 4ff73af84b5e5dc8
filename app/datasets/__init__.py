"""Where every loaded file came from: source, licence, date, fingerprint."""
