"""What the end-to-end tests are made of: servers, stores, trouble, and the program under test."""
